import { Button, Menu, SegmentedControl, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { send } from '../api/client.ts';
import { useAct } from '../api/use-act.ts';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../session/use-session.ts';
import { openShortcuts } from './shortcuts.tsx';

const SCHEMES = [
  { value: 'light', icon: 'sun', label: 'Light' },
  { value: 'auto', icon: 'auto', label: 'As the system' },
  { value: 'dark', icon: 'moon', label: 'Dark' },
] as const;

/** Who is logged in, light or dark, the keys, and the way out. */
export function UserMenu() {
  const { data } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const leave = useAct({
    call: async () => {
      await send<void>('DELETE', '/session');
      // Nothing of what was shown stays in the memory of the page.
      location.assign('/');
    },
    changes: [],
  });
  const user = data?.user;
  if (user === undefined) return null;
  return (
    <Menu position="top-start" width={230} withArrow>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--hf-text)"
          fw={500}
          px="0.7rem"
          justify="flex-start"
          fullWidth
          leftSection={<Icon name="user" />}
        >
          {user.name}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label c="var(--hf-quiet)">
          {user.name}, {user.role}
        </Menu.Label>
        <div style={{ padding: '0.3rem 0.6rem 0.5rem' }}>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label="Light or dark"
            value={colorScheme}
            onChange={(value) => setColorScheme(value)}
            data={SCHEMES.map(({ value, icon, label }) => ({
              value,
              label: (
                <span style={{ display: 'grid', placeItems: 'center' }} title={label}>
                  <Icon name={icon} size={16} />
                  <VisuallyHidden>{label}</VisuallyHidden>
                </span>
              ),
            }))}
          />
        </div>
        <Menu.Item leftSection={<Icon name="keyboard" />} onClick={openShortcuts}>
          Keyboard
        </Menu.Item>
        {user.via === 'proxy' ? null : (
          <Menu.Item leftSection={<Icon name="leave" />} onClick={() => leave.mutate(undefined)}>
            Log out
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
