import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';
import { asRefused } from '../api/problem.ts';
import { Fix } from '../parts/fix.tsx';
import { Icon } from '../parts/icon.tsx';
import { sentence } from '../parts/sentence.ts';

/** Above a form: why it was refused, and what to do. */
export function Refusal({ error }: { readonly error: unknown }) {
  if (error === null) return null;
  const { title, message, fix } = asRefused(error);
  return (
    <RefusalBox title={title}>
      {message === title ? null : <div>{sentence(message)}</div>}
      {fix === undefined ? null : <Fix text={fix} />}
    </RefusalBox>
  );
}

export function RefusalBox({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Alert
      role="alert"
      title={title}
      icon={<Icon name="cross-octagon" />}
      data-meaning="broken"
      styles={{
        root: { background: 'var(--hf-wash)' },
        title: { color: 'var(--hf-ink)' },
        message: { color: 'var(--hf-text)' },
        icon: { color: 'var(--hf-ink)' },
      }}
    >
      {children}
    </Alert>
  );
}
