import { ActionIcon, CopyButton as Copying, Tooltip } from '@mantine/core';
import { Icon } from './icon.tsx';

/** Copies a command, or `what`; says that it did. */
export function CopyButton({ text, what = `: ${text.split('\n')[0]}` }: { readonly text: string; readonly what?: string }) {
  return (
    <Copying value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'} withArrow>
          <ActionIcon variant="subtle" size="sm" onClick={copy} aria-label={copied ? 'Copied' : `Copy${what}`}>
            <Icon name={copied ? 'check' : 'copy'} size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </Copying>
  );
}
