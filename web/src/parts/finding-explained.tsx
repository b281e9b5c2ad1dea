import reference from '../../../docs/reference/findings.md?raw';

const SECTIONS = new Map(
  reference
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [code = '', ...lines] = section.split('\n');
      return [code.trim(), lines.filter((line) => line.trim() !== '')] as const;
    }),
);

/** The code's section of docs/reference/findings.md. */
export function FindingExplained({ code }: { readonly code: string }) {
  const lines = SECTIONS.get(code) ?? [`Nothing is written about ${code}.`];
  return (
    <div style={{ display: 'grid', gap: '0.5rem', fontSize: '0.875rem' }}>
      {lines.map((line) => (
        <span key={line}>{spans(line)}</span>
      ))}
    </div>
  );
}

/** As much of Markdown as the page uses: bold, code, links as their text. */
function spans(line: string) {
  return line
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .split(/(\*\*[^*]+\*\*|`[^`]+`)/)
    .map((part, index) => {
      if (part.startsWith('**')) return <strong key={index}>{part.slice(2, -2)}</strong>;
      if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>;
      return part;
    });
}
