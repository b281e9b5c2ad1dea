import { Icon } from './icon.tsx';
import classes from './weakens.module.css';

/** What a change takes from what was promised, one line each. Nothing is shown where it takes nothing. */
export function Weakens({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <section className={classes.box} data-meaning="at-risk" aria-label="What this weakens">
      <h2>
        <Icon name="triangle" size={16} /> This weakens what was promised
      </h2>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
