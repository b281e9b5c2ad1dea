import { VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import classes from './diff.module.css';
import { hunks, lineDiff } from './line-diff.ts';

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;
const SPOKEN = { same: '', added: 'added: ', removed: 'removed: ' } as const;

/** What changed in a text, with a few lines around it. */
export function Diff({ path, before, after }: { readonly path: string; readonly before: string; readonly after: string }) {
  const parts = useMemo(() => hunks(lineDiff(before, after)), [before, after]);
  return (
    <section className={classes.diff} aria-label={`What changes in ${path}`}>
      <div className={classes.path}>{path}</div>
      {parts.length === 0 ? <div className={classes.none}>No line changes.</div> : null}
      {parts.map((lines) => (
        <div
          className={classes.hunk}
          key={`${lines[0]!.kind} ${lines[0]!.number}`}
          tabIndex={0}
          role="group"
          aria-label={`from line ${lines[0]!.number}`}
        >
          {lines.map(({ kind, text, number }, index) => (
            <div className={classes.line} data-kind={kind} key={index}>
              <span className={classes.number} aria-hidden="true">
                {number}
              </span>
              <span className={classes.sign} aria-hidden="true">
                {SIGNS[kind]}
              </span>
              <code>
                <VisuallyHidden>{SPOKEN[kind]}</VisuallyHidden>
                {text === '' ? ' ' : text}
              </code>
            </div>
          ))}
        </div>
      ))}
    </section>
  );
}
