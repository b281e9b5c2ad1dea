import { Alert } from '@mantine/core';
import { asRefused } from '../api/problem.ts';
import { Fix } from '../parts/fix.tsx';
import { Icon } from '../parts/icon.tsx';

/** Above a form: why it was refused, and what to do. */
export function Refusal({ error }: { readonly error: unknown }) {
  if (error === null) return null;
  const { title, message, fix } = asRefused(error);
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
      {message === title ? null : <div>{message}</div>}
      {fix === undefined ? null : <Fix text={fix} />}
    </Alert>
  );
}
