import { Kbd, Modal, Table } from '@mantine/core';
import { useEffect, useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { PAGES } from '../pages.tsx';

const OPEN = 'holdfast-shortcuts';
export function openShortcuts(): void {
  window.dispatchEvent(new Event(OPEN));
}

/** Listens to the keyboard wherever nothing is being typed, and lists its keys on `?`. */
export function Shortcuts() {
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    let wentAt = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const follows = Date.now() - wentAt < 1500;
      wentAt = event.key === 'g' && !follows ? Date.now() : 0;
      const page = follows ? PAGES.find(({ menu }) => menu?.key === event.key) : undefined;
      if (page) navigate(page.path);
      else if (event.key === '?') setOpened(true);
      else if (event.key === '/') search();
      else return;
      event.preventDefault();
    };
    const open = (): void => setOpened(true);
    window.addEventListener('keydown', onKey);
    window.addEventListener(OPEN, open);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener(OPEN, open);
    };
  }, []);
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Keyboard" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {[
            { keys: ['/'], text: 'Search' },
            { keys: ['?'], text: 'This list' },
            ...PAGES.flatMap(({ menu }) => (menu === undefined ? [] : [{ keys: ['g', menu.key], text: menu.label }])),
          ].map(({ keys, text }) => (
            <Table.Tr key={text}>
              <Table.Td w={90}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** What a page with a search finds in `history.state` where somebody came to search. */
export const SEARCH = 'search';

/** The page's own search, or the guests'. */
function search(): void {
  const field = document.querySelector<HTMLElement>('[data-search]');
  if (field) field.focus();
  else navigate('/guests', { state: SEARCH });
}
