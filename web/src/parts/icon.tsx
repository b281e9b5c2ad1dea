/** Strokes on a grid of 24. Drawn for Holdfast; an icon is never the only thing that says something. */
const PATHS = {
  'shield-check': 'M12 3l7 3v5c0 4.6-2.9 8.2-7 10-4.1-1.8-7-5.4-7-10V6l7-3zM8.8 12l2.3 2.3 4.2-4.4',
  eye: 'M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 9.3a2.7 2.7 0 100 5.4 2.7 2.7 0 000-5.4z',
  triangle: 'M12 4l9 16H3L12 4zM12 10v4.5M12 17.2v.1',
  'cross-octagon': 'M8 3h8l5 5v8l-5 5H8l-5-5V8l5-5zM9 9l6 6M15 9l-6 6',
  question: 'M12 3a9 9 0 100 18 9 9 0 000-18zM9.4 9.4a2.7 2.7 0 115 1.4c-.6 1-2.4 1.4-2.4 3M12 16.9v.1',
  dash: 'M12 3a9 9 0 100 18 9 9 0 000-18zM8 12h8',
  info: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 11v5.5M12 7.6v.1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  overview: 'M4 13h7V4H4v9zM13 20h7V4h-7v16zM4 20h7v-4H4v4z',
  guests: 'M4 5h16v5H4V5zM4 14h16v5H4v-5zM7.5 7.5v.1M7.5 16.5v.1M11 7.5h5.5M11 16.5h5.5',
  policy: 'M6 3h9l4 4v14H6V3zM14.5 3v4.5H19M9.5 12h6M9.5 16h6',
  plan: 'M4 6h10M4 12h16M4 18h7M17 4l2.5 2.5L17 9M14 16l2 2 4-4',
  capacity: 'M4 19h16M6 16v-4M11 16V6M16 16V9',
  alerts: 'M12 4a5.5 5.5 0 00-5.5 5.5c0 5-2 6.5-2 6.5h15s-2-1.5-2-6.5A5.5 5.5 0 0012 4zM10 19.5a2.2 2.2 0 004 0',
  audit: 'M5 4h14v16H5V4zM8.5 8.5h7M8.5 12h7M8.5 15.5H12',
  sites: 'M12 21s7-6.2 7-11.5A7 7 0 005 9.5C5 14.8 12 21 12 21zM12 7a2.5 2.5 0 100 5 2.5 2.5 0 000-5z',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  search: 'M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20',
  copy: 'M9 9h11v11H9V9zM5 15H4V4h11v1',
  clock: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 7.5V12l3 2',
  lock: 'M6 11h12v9H6v-9zM8.5 11V8a3.5 3.5 0 017 0v3',
  disk: 'M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3',
  play: 'M7 4.5l12 7.5-12 7.5v-15z',
  refresh: 'M20 11a8 8 0 10-2 6M20 5v6h-6',
  chevron: 'M9 5l7 7-7 7',
  down: 'M5 9l7 7 7-7',
  up: 'M5 15l7-7 7 7',
  more: 'M5 12v.1M12 12v.1M19 12v.1',
  menu: 'M4 6h16M4 12h16M4 18h16',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4',
  moon: 'M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z',
  auto: 'M12 3a9 9 0 100 18 9 9 0 000-18zM12 3v18M12 7h6.5M12 11h8.5M12 15h8M12 19h4',
  keyboard: 'M3 6h18v12H3V6zM7 10v.1M11 10v.1M15 10v.1M17.5 10v.1M8 14.5h8',
  leave: 'M14 4H5v16h9M10 12h11M17.5 8.5L21 12l-3.5 3.5',
  user: 'M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6',
  link: 'M10 14l4-4M8 11l-2.5 2.5a3.5 3.5 0 005 5L13 16M11 8l2.5-2.5a3.5 3.5 0 015 5L16 13',
  verify: 'M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20M8 10.6l1.9 1.9 3.2-3.5',
  copies: 'M3.5 7h8v8h-8V7zM14 5h6.5v12H14M14.5 11l3 0M16.5 8.5L19 11l-2.5 2.5',
  restore: 'M4 12a8 8 0 108-8c-2.6 0-4.9 1.2-6.4 3M5 3v4.5h4.5M12 8v4.5l3 1.8',
  backup: 'M12 15V4M8 7.5L12 3.5l4 4M4 14v6h16v-6',
  broom: 'M14 4l-3 7M7 11h9l2 9H5l2-9zM10 20v-4M14 20v-4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
