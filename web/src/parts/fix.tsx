import { CopyButton } from './copy-button.tsx';
import classes from './fix.module.css';
import { sentence } from './sentence.ts';

/** What to do. In a finding a command, or a line to write, stands alone: it is shown as one, with a button that copies it. */
export function Fix({ text }: { readonly text: string }) {
  return (
    <div className={classes.fix}>
      {text.split('\n').map((line, index) =>
        isCommand(line) || isQuoted(line) ? (
          <div className={classes.command} key={index}>
            <code>{line.trim()}</code>
            <CopyButton text={line.trim()} />
          </div>
        ) : (
          <span key={index}>{index === 0 ? sentence(line) : line}</span>
        ),
      )}
    </div>
  );
}

/** What is to be written somewhere, such as a line of the policy, is set in by four. */
function isQuoted(line: string): boolean {
  return line.startsWith('    ') && line.trim() !== '';
}

const COMMANDS =
  /^\s*(holdfast|pvesh|pvesm|pvecm|pveum|pct|qm|vzdump|zfs|zpool|proxmox-backup-(manager|client)|systemctl|timedatectl|tofu|terraform|npm|apt|mkdir|chown|chmod) \S/;
function isCommand(line: string): boolean {
  return COMMANDS.test(line) && !/[^.]\.$/.test(line);
}
