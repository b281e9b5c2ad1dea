import { Anchor, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: ink blue. It says "this can be pressed", never how something stands. */
const ink: MantineColorsTuple = [
  '#eef4fa',
  '#dbe7f3',
  '#b6cfe6',
  '#8fb5d9',
  '#70a0ce',
  '#4d83b8',
  '#366ea6',
  '#275d93',
  '#1f4e79',
  '#153b5e',
];

/** Cool greys for the dark scheme: Mantine's own are neutral. 0 is text, 7 the page, 6 a card. */
const dark: MantineColorsTuple = [
  '#d6dde4',
  '#b4bfc9',
  '#94a1ad',
  '#6b7985',
  '#3a4550',
  '#2c353e',
  '#1d242b',
  '#14191e',
  '#0f1317',
  '#0a0d10',
];

export const theme = createTheme({
  colors: { ink, dark },
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: '"Inter", "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", "DejaVu Sans Mono", monospace',
  // A link inside a sentence must not be told by its colour alone.
  components: { Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }) },
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.125rem' }, h3: { fontSize: '1rem' } },
  },
});
