import { ActionIcon, CopyButton as Copying, Tooltip } from '@mantine/core';
import { Icon } from './icon.tsx';

/** Copies a command; says that it did. */
export function CopyButton({ text }: { readonly text: string }) {
  return (
    <Copying value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'} withArrow>
          <ActionIcon variant="subtle" size="sm" onClick={copy} aria-label={copied ? 'Copied' : `Copy: ${text.split('\n')[0]}`}>
            <Icon name={copied ? 'check' : 'copy'} size={15} />
          </ActionIcon>
        </Tooltip>
      )}
    </Copying>
  );
}
