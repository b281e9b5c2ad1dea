import type { FindingJson, PostureWord } from '#server/api/schema/common.ts';
import { lookOfPosture, lookOfSeverity, type Meaning } from '../theme/meaning.ts';
import classes from './badge.module.css';
import { Icon, type IconName } from './icon.tsx';

/** Colour, shape and word together: any one of them may be missing for a reader. */
export function Badge({ meaning, icon, word }: { readonly meaning: Meaning; readonly icon: IconName; readonly word: string }) {
  return (
    <span className={classes.badge} data-meaning={meaning}>
      <Icon name={icon} size={15} />
      {word}
    </span>
  );
}

export function PostureBadge({ posture }: { readonly posture: PostureWord }) {
  return <Badge {...lookOfPosture(posture)} />;
}

export function SeverityBadge({ severity }: { readonly severity: FindingJson['severity'] }) {
  return <Badge {...lookOfSeverity(severity)} />;
}
