import { autocompletion, type CompletionContext } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { tags } from '@lezer/highlight';
import type { FindingJson } from '#server/api/schema/common.ts';
import { keysAt } from './complete.ts';

type Props = {
  readonly label: string;
  /** As it is at first; the editor has its own afterwards. */
  readonly text: string;
  readonly findings: readonly FindingJson[];
  /** JSON Schema that keys are completed from. */
  readonly schema: object | undefined;
  readonly change: (text: string) => void;
};

const LOOK = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: 'var(--hf-card)', color: 'var(--hf-text)', maxHeight: '75vh' },
  '.cm-scroller': { overflow: 'auto', fontFamily: 'var(--mantine-font-family-monospace)' },
  '.cm-gutters': { backgroundColor: 'var(--hf-soft)', color: 'var(--hf-quiet)', border: 'none' },
  '.cm-content': { caretColor: 'var(--hf-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--hf-text)' },
  '&.cm-focused': { outline: '2px solid var(--hf-accent)', outlineOffset: '-2px' },
  '.cm-tooltip': { backgroundColor: 'var(--hf-card)', color: 'var(--hf-text)', border: '1px solid var(--hf-line)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--hf-accent)', color: 'var(--hf-card)' },
});
const WORDS = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--hf-quiet)' },
  { tag: tags.definition(tags.propertyName), color: 'var(--hf-accent)' },
  { tag: tags.string, color: 'var(--hf-protected)' },
]);

/** A text of YAML with what is wrong marked where it stands, and keys completed from the schema (Ctrl-Space). Tab leaves it: no trap for the keyboard. */
export function Editor({ label, text, findings, schema, change }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef({ schema, change });
  latest.current = { schema, change };
  useEffect(() => {
    const complete = (context: CompletionContext) => {
      const word = context.matchBefore(/[\w-]*/);
      if (!word || (word.from === word.to && !context.explicit) || !latest.current.schema) return null;
      const options = keysAt(latest.current.schema, context.state.doc.sliceString(0, word.from));
      return { from: word.from, options: options.map(({ key, info }) => ({ label: key, apply: `${key}: `, ...(info ? { info } : {}) })) };
    };
    const made = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          history(),
          keymap.of([...defaultKeymap, ...historyKeymap]),
          yaml(),
          syntaxHighlighting(WORDS),
          lintGutter(),
          autocompletion({ override: [complete] }),
          LOOK,
          // It can be typed into without, but only this tells that the keyboard reaches what scrolls.
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.change(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // The text is only its beginning, and a new label comes with a new editor.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    const { current } = view;
    if (current)
      current.dispatch(
        setDiagnostics(
          current.state,
          findings.flatMap((finding) => markOf(finding, current.state)),
        ),
      );
  }, [findings]);
  return <div ref={place} />;
}

function markOf({ place, severity, problem, fix }: FindingJson, { doc }: EditorState): Diagnostic[] {
  if (!place || place.line > doc.lines) return [];
  const line = doc.line(place.line);
  const from = Math.min(line.to, line.from + place.column - 1);
  return [{ from, to: Math.min(line.to, from + Math.max(1, place.length)), severity, message: `${problem}\n${fix}` }];
}
