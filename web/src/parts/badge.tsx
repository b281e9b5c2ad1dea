import type { FindingJson, PostureWord } from '#server/api/schema/common.ts';
import { lookOfPosture, lookOfSeverity, type Look } from '../theme/meaning.ts';
import classes from './badge.module.css';
import { Icon } from './icon.tsx';

/** Colour, shape and word together: any one of them may be missing for a reader. */
export function Badge({ meaning, icon, word }: Look) {
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
