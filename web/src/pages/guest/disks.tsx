import type { GuestPage } from '#server/api/schema/guests.ts';
import { GuestLink } from '../../parts/guest-link.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Section } from '../../parts/section.tsx';
import { size } from '../../parts/size.ts';
import type { Look } from '../../theme/meaning.ts';
import classes from './disks.module.css';
import page_ from './guest-page.module.css';

type Disk = GuestPage['disks'][number];

/** Each disk, where it is, whether it is in the newest point, and with whom it is shared. */
export function Disks({ page }: { readonly page: GuestPage }) {
  const { disks, guest, keptThrough } = page;
  if (disks.length === 0) return null;
  return (
    <Section title="Disks">
      <div className={page_.box}>
        {keptThrough.length === 0 ? null : (
          <p style={{ marginTop: 0 }}>
            Kept through{' '}
            {keptThrough.map(({ vmid, name }) => (
              <GuestLink key={vmid} site={guest.site} vmid={vmid} name={name} />
            ))}
            : a point counts only where that guest made it.
          </p>
        )}
        <ul className={page_.lines}>
          {disks.map((disk) => (
            <li key={disk.key}>
              <DiskLine disk={disk} guest={guest} />
            </li>
          ))}
        </ul>
      </div>
    </Section>
  );
}

function DiskLine({ disk, guest }: { readonly disk: Disk; readonly guest: GuestPage['guest'] }) {
  const { meaning, icon, word } = stateOf(disk);
  return (
    <div className={classes.disk} data-meaning={meaning}>
      <Icon name="disk" size={17} />
      <span>
        <span className={classes.key}>{disk.key}</span> {disk.sizeBytes === undefined ? null : size(disk.sizeBytes)}
      </span>
      <span className={classes.state}>
        <Icon name={icon} size={14} />
        {word}
      </span>
      <span className={classes.where}>{disk.volume ?? disk.storage ?? 'place not known'}</span>
      {disk.sharedWith.length === 0 ? null : (
        <span className={classes.shared}>
          <span className={classes.node}>
            {guest.vmid} ({guest.name})
          </span>
          <span className={classes.wire} aria-hidden="true" />
          <span>shared with</span>
          {disk.sharedWith.map(({ vmid, name }) => (
            <span className={classes.node} key={vmid}>
              <GuestLink site={guest.site} vmid={vmid} name={name} />
            </span>
          ))}
        </span>
      )}
    </div>
  );
}

function stateOf({ keepsState, backedUp, inNewest }: Disk): Look {
  if (!keepsState) return { meaning: 'exempt', icon: 'dash', word: 'keeps no state' };
  if (backedUp === false) return { meaning: 'broken', icon: 'cross-octagon', word: 'left out of backups' };
  if (inNewest === false) return { meaning: 'broken', icon: 'cross-octagon', word: 'not in the newest point' };
  if (inNewest === undefined) return { meaning: 'unknown', icon: 'question', word: 'not known' };
  return { meaning: 'protected', icon: 'check', word: 'in the newest point' };
}
