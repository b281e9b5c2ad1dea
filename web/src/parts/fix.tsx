import { CopyButton } from './copy-button.tsx';
import classes from './fix.module.css';

/** What to do. In a finding a command stands alone on its line: it is shown as one, with a button that copies it. */
export function Fix({ text }: { readonly text: string }) {
  return (
    <div className={classes.fix}>
      {text.split('\n').map((line, index) =>
        isCommand(line) ? (
          <div className={classes.command} key={index}>
            <code>{line.trim()}</code>
            <CopyButton text={line.trim()} />
          </div>
        ) : (
          <span key={index}>{line}</span>
        ),
      )}
    </div>
  );
}

const COMMANDS =
  /^\s*(holdfast|pvesh|pvesm|pvecm|pveum|pct|qm|vzdump|zfs|zpool|proxmox-backup-(manager|client)|systemctl|timedatectl|tofu|terraform|npm|apt|mkdir|chown|chmod) \S/;
function isCommand(line: string): boolean {
  return COMMANDS.test(line) && !/[^.]\.$/.test(line);
}
