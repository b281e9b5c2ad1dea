import type { SourceJson } from '#server/api/schema/common.ts';
import { Icon } from './icon.tsx';
import classes from './source-line.module.css';
import { When } from './when.tsx';

const FROM = { look: 'Seen on the servers', memory: 'From memory, not seen now', policy: 'From the policy file' } as const;

/** Where what is shown is from and as of when; what could not be seen stands beside it. */
export function SourceLine({ source, zone }: { readonly source: SourceJson; readonly zone?: string }) {
  return (
    <div className={classes.line}>
      <span>
        {source.asOf === undefined && source.from !== 'policy' ? 'Not looked at yet' : FROM[source.from]}
        {source.asOf === undefined ? null : (
          <>
            , as of <When at={source.asOf} zone={zone} />
          </>
        )}
      </span>
      {source.unseen.map((line) => (
        <span className={classes.unseen} key={line}>
          <Icon name="question" size={14} /> {line}
        </span>
      ))}
    </div>
  );
}
