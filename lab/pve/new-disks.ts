import { hexDigits } from '../chance.ts';
import { refuse, type Call } from '../route.ts';
import { must } from './access.ts';
import { propertyString, volumesOf } from './guest.ts';
import type { GuestState, PveState, StorageState } from './state.ts';

const DISK_KEY = /^(?:scsi|virtio|sata|ide|efidisk|tpmstate)\d+$/;

/** Settings of a guest as its configuration keeps them, and what the task says about disks made on the way. */
export type Settled = { readonly config: GuestState['config']; readonly lines: readonly string[] };

/**
 * Carries out what PVE does with the disks and network cards of a VM before it writes them down: `STORAGE:GIB` makes a volume,
 * an existing volume gets its size, a card without an address gets one, and options stand in the order of their names.
 */
export function settle(call: Call<PveState>, vmid: number, given: GuestState['config'], before: GuestState['config'] = {}): Settled {
  const config: GuestState['config'] = { ...given };
  const lines: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (/^net\d+$/.test(key)) config[key] = networkCard(call, { vmid, key, text: String(value), before: before[key] });
    if (!DISK_KEY.test(key) || /^none\b|media=cdrom/.test(String(value))) continue;
    const disk = settleDisk(call, { vmid, key, text: String(value), others: { ...before, ...config } });
    config[key] = disk.text;
    lines.push(...disk.lines);
  }
  return { config, lines };
}

type Asked = { readonly vmid: number; readonly key: string; readonly text: string; readonly others: GuestState['config'] };

function settleDisk(
  call: Call<PveState>,
  { vmid, key, text, others }: Asked,
): { readonly text: string; readonly lines: readonly string[] } {
  const { first, options } = propertyString(text.replace(/^file=/, '').replace(/,$/, ''));
  const { file: _, volume: _v, size: _s, ...kept } = options;
  const { format: _f, ...rest } = kept;
  const asked = /^([^:\s]+):(\d+(?:\.\d+)?)$/.exec(first);
  if (asked) {
    const [, storage = '', gib = ''] = asked;
    const target = storageFor(call, storage);
    const name = freeName(call.state, { storage, vmid, others, inFolder: target.type === 'dir' });
    const size = sizeText(Number(gib) * 2 ** 30);
    const made = written(`${storage}:${name}`, { ...rest, size });
    const formatting =
      target.type === 'dir'
        ? [`Formatting '${String(target.config['path'])}/images/${name}', fmt=raw size=${Number(gib) * 2 ** 30} preallocation=off`]
        : [];
    return { text: made, lines: [...formatting, `${key}: successfully created disk '${made}'`] };
  }
  const storage = first.split(':')[0] ?? '';
  if (first.startsWith('/')) return { text: written(first, rest), lines: [] };
  storageFor(call, storage);
  const known = [...Object.values(call.state.guests), { kind: 'qemu' as const, config: others }].flatMap(volumesOf).find(({ volume, sizeText: size }) => volume === first && size !== undefined); // prettier-ignore
  if (!known) refuse(500, `volume '${first}' does not exist`);
  // Whose volume it is stands in its name; that of another guest takes the right to the whole storage.
  if (Number(/vm-(\d+)-/.exec(first)?.[1]) !== vmid) must(call, `/storage/${storage}`, 'Datastore.Allocate');
  return { text: written(first, { ...kept, size: known.sizeText! }), lines: [] };
}

function storageFor(call: Call<PveState>, id: string): StorageState {
  must(call, `/storage/${id}`, 'Datastore.AllocateSpace');
  const storage = call.state.storages[id] ?? refuse(500, `storage '${id}' does not exist`);
  const contents = String(storage.config['content'] ?? 'images,rootdir').split(',');
  return contents.includes('images') ? storage : refuse(500, `storage '${id}' does not support content-type 'images'`);
}

type Wanted = { readonly storage: string; readonly vmid: number; readonly others: GuestState['config']; readonly inFolder: boolean };

/** The first `vm-101-disk-N` that no configuration names. */
function freeName(state: PveState, { storage, vmid, others, inFolder }: Wanted): string {
  const texts = [...Object.values(state.guests).map(({ config }) => config), others].flatMap((config) => Object.values(config).map(String));
  for (let number = 0; ; number += 1) {
    const name = inFolder ? `${vmid}/vm-${vmid}-disk-${number}.raw` : `vm-${vmid}-disk-${number}`;
    if (!texts.some((text) => text.split(',')[0] === `${storage}:${name}`)) return name;
  }
}

const UNITS = [
  ['T', 2 ** 40],
  ['G', 2 ** 30],
  ['M', 2 ** 20],
  ['K', 2 ** 10],
] as const;

/** `1G`, `1536M`: the largest unit that leaves no rest. */
export function sizeText(bytes: number): string {
  const unit = UNITS.find(([, factor]) => bytes >= factor && bytes % factor === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

type Card = { readonly vmid: number; readonly key: string; readonly text: string; readonly before: string | number | undefined };

const MODELS = ['virtio', 'e1000', 'e1000e', 'rtl8139', 'vmxnet3'];

/** `model=virtio,bridge=vmbr0` → `virtio=BC:24:11:…,bridge=vmbr0`; the address it had stays. */
function networkCard(call: Call<PveState>, { vmid, key, text, before }: Card): string {
  const options = Object.fromEntries(text.split(',').map((part) => [part.split('=')[0]!, part.split('=')[1]]));
  const { model = MODELS.find((name) => name in options) ?? '', macaddr, ...rest } = options;
  if (!MODELS.includes(model)) refuse(400, 'Parameter verification failed.', { [key]: 'invalid format - format error\nmodel: property is missing and it is not optional\n' }); // prettier-ignore
  if (rest['bridge'] !== undefined) must(call, `/sdn/zones/localnetwork/${rest['bridge']}`, 'SDN.Use');
  const had = /([0-9A-F]{2}:){5}[0-9A-F]{2}/i.exec(String(before ?? ''))?.[0];
  const { [model]: alias, ...others } = rest;
  const address = macaddr ?? alias ?? had ?? `BC:24:11:${(hexDigits(6, 'mac', vmid, key).toUpperCase().match(/../g) ?? []).join(':')}`;
  return written(`${model}=${address}`, Object.fromEntries(Object.entries(others).map(([name, value]) => [name, value ?? ''])));
}

function written(first: string, options: Readonly<Record<string, string>>): string {
  const names = Object.keys(options).sort();
  return [first, ...names.map((name) => `${name}=${options[name]}`)].join(',');
}
