/** The code of the homelab by file name. */
export type Code = Record<string, string>;

/** A change of the code of an estate that stands, and what a check must say of the plan that follows from it. */
export type CodeChange = {
  readonly name: string;
  /** Whether it is planned before anything stands. */
  readonly onNothing?: boolean;
  readonly change: (code: Code) => void;
  /** Codes of all findings, in the order in which they are told; an error makes the check fail. */
  readonly says: readonly string[];
  readonly passes: boolean;
};

const MAIN = 'backup.tf';
const EXTRA = 'extra.tf';

function swap(code: Code, file: string, from: string | RegExp, to: string): void {
  const before = code[file]!;
  code[file] = before.replace(from, to);
  if (code[file] === before) throw new Error(`${file} does not hold ${String(from)}`);
}

/** The block of a module, from its head to the brace that closes it. */
function moduleBlock(name: string): RegExp {
  return new RegExp(`module "${name}" \\{\\n[\\s\\S]*?\\n\\}\\n`);
}

const RAW_VM = (name: string, vmid: number, tags: string): string => `
resource "proxmox_virtual_environment_vm" "${name}" {
  name      = "${name}"
  vm_id     = ${vmid}
  node_name = var.node_name
  tags      = ${tags}

  disk {
    interface    = "scsi0"
    datastore_id = "local-zfs"
    file_format  = "raw"
    size         = 4
  }
}
`;

const MEMBER = (name: string, pool: string): string => `
resource "proxmox_pool_membership" "${name}" {
  pool_id = ${pool}
  vm_id   = proxmox_virtual_environment_vm.${name}.vm_id
}
`;

/** Refactors say nothing; each weakening is caught. */
export const CODE_CHANGES: readonly CodeChange[] = [
  { name: 'first-apply', onNothing: true, change: () => {}, says: ['HF-TOFU-UNKNOWN'], passes: true },
  { name: 'nothing', change: () => {}, says: [], passes: true },
  {
    name: 'moved-module',
    change: (code) => {
      swap(code, MAIN, 'module "sandbox" {', 'module "playground" {');
      code['moved.tf'] = 'moved {\n  from = module.sandbox\n  to   = module.playground\n}\n';
    },
    says: [],
    passes: true,
  },
  {
    name: 'moved-into-a-map',
    change: (code) => {
      swap(code, MAIN, 'module "ollama" {\n', 'module "ollama" {\n  for_each = { llm = 103 }\n\n');
      swap(code, MAIN, 'vm_id       = 103', 'vm_id       = each.value');
      code['moved.tf'] = 'moved {\n  from = module.ollama\n  to   = module.ollama["llm"]\n}\n';
    },
    says: [],
    passes: true,
  },
  {
    name: 'let-go-of',
    change: (code) => {
      for (const kind of ['proxmox_virtual_environment_vm', 'proxmox_pool_membership'])
        swap(
          code,
          EXTRA,
          new RegExp(`resource "${kind}" "web" \\{\\n[\\s\\S]*?\\n\\}\\n`),
          `removed {\n  from = ${kind}.web\n\n  lifecycle {\n    destroy = false\n  }\n}\n`,
        );
    },
    says: [],
    passes: true,
  },
  {
    name: 'sooner-but-kept-shorter',
    change: (code) => swap(code, MAIN, /(?<=name {8}= "sandbox"[\s\S]*?backup_tier = )3/, '1'),
    says: ['HF-TOFU-WEAKER'],
    passes: false,
  },
  {
    name: 'more-memory',
    change: (code) => swap(code, MAIN, 'memory_mib  = 32768', 'memory_mib  = 65536'),
    says: [],
    passes: true,
  },
  {
    name: 'weaker-tier',
    change: (code) => swap(code, MAIN, /(?<=name {8}= "postgres"[\s\S]*?backup_tier = )1/, '3'),
    says: ['HF-TOFU-WEAKER', 'HF-TOFU-TAG'],
    passes: false,
  },
  {
    name: 'destroyed',
    change: (code) => {
      swap(code, MAIN, moduleBlock('sandbox'), '');
      swap(code, MAIN, moduleBlock('sandbox_data'), '');
    },
    says: ['HF-TOFU-DELETES', 'HF-TOFU-DELETES'],
    passes: false,
  },
  {
    name: 'renamed-without-moved',
    change: (code) => swap(code, MAIN, 'module "sandbox" {', 'module "playground" {'),
    says: ['HF-TOFU-DELETES', 'HF-TOFU-UNKNOWN'],
    passes: false,
  },
  {
    name: 'another-number',
    change: (code) => swap(code, EXTRA, 'vm_id     = 110', 'vm_id     = 111'),
    says: ['HF-TOFU-DELETES', 'HF-TOFU-UNKNOWN'],
    passes: false,
  },
  {
    name: 'disk-left-out',
    change: (code) =>
      swap(
        code,
        MAIN,
        'data_disks  = module.postgres_data.consumer_disks',
        'data_disks  = [for disk in module.postgres_data.consumer_disks : merge(disk, { backup = false })]',
      ),
    says: ['HF-DISK-LEFT-OUT', 'HF-TOFU-WEAKER'],
    passes: false,
  },
  {
    name: 'diskless',
    change: (code) => swap(code, EXTRA, 'size         = 8', 'size         = 8\n    backup       = false'),
    says: ['HF-DISKLESS', 'HF-TOFU-WEAKER'],
    passes: false,
  },
  {
    name: 'torn',
    change: (code) =>
      swap(
        code,
        MAIN,
        'disks       = { data = { size_gib = 100 } }',
        'disks       = { data = { size_gib = 100 } }\n\n  backed_up_through = "holder"',
      ),
    says: ['HF-TORN'],
    passes: false,
  },
  {
    name: 'taken-twice',
    change: (code) => {
      swap(
        code,
        MAIN,
        'disks       = { data = { size_gib = 100 } }',
        'disks       = { data = { size_gib = 100 } }\n\n  backed_up_through = "holder"',
      );
      swap(
        code,
        MAIN,
        'data_disks  = module.postgres_data.consumer_disks',
        'data_disks  = [for disk in module.postgres_data.consumer_disks : merge(disk, { backup = true })]',
      );
    },
    says: ['HF-TOFU-TWICE'],
    passes: false,
  },
  {
    name: 'no-tier',
    change: (code) => void (code['new.tf'] = RAW_VM('wiki', 112, '[]')),
    says: ['HF-UNASSIGNED', 'HF-TOFU-UNKNOWN'],
    passes: false,
  },
  {
    name: 'no-pool',
    change: (code) => swap(code, EXTRA, /resource "proxmox_pool_membership" "web" \{\n[\s\S]*?\n\}\n/, ''),
    says: ['HF-PLACE-CODE'],
    passes: false,
  },
  {
    name: 'pool-without-a-job',
    change: (code) => {
      code['new.tf'] = `${RAW_VM('jellyfin', 113, '["media"]')}${MEMBER('jellyfin', 'proxmox_virtual_environment_pool.media.pool_id')}
resource "proxmox_virtual_environment_pool" "media" {
  pool_id = "media"
}
`;
    },
    says: ['HF-NO-JOB', 'HF-UNASSIGNED', 'HF-TOFU-UNKNOWN'],
    passes: false,
  },
  {
    name: 'members-by-id',
    change: (code) => {
      code['new.tf'] = `${RAW_VM('wiki', 115, '["tier-2"]')}
resource "proxmox_virtual_environment_pool" "media" {
  pool_id = "media"
}

resource "proxmox_pool_membership" "wiki" {
  pool_id = module.backup_tiers.pools["2"]
  vm_id   = proxmox_virtual_environment_vm.wiki.id
}

${RAW_VM('jellyfin', 116, '["tier-2"]')}
resource "proxmox_pool_membership" "jellyfin" {
  pool_id = proxmox_virtual_environment_pool.media.id
  vm_id   = proxmox_virtual_environment_vm.jellyfin.vm_id
}
`;
    },
    says: ['HF-TOFU-UNKNOWN', 'HF-TOFU-UNKNOWN', 'HF-TOFU-UNKNOWN'],
    passes: true,
  },
  {
    name: 'pool-of-another-tier',
    change: (code) => swap(code, EXTRA, 'pools["2"]', 'pools["4"]'),
    says: ['HF-POOL-DISAGREES', 'HF-TOFU-WEAKER'],
    passes: false,
  },
  {
    name: 'two-tags',
    change: (code) => swap(code, EXTRA, 'tags      = ["tier-2"]', 'tags      = ["tier-2", "tier-4"]'),
    says: ['HF-TOFU-TAG'],
    passes: false,
  },
  {
    name: 'tag-says-critical',
    change: (code) => swap(code, EXTRA, 'tags      = ["tier-2"]', 'tags      = ["critical", "tier-2"]'),
    says: ['HF-TOFU-TAG'],
    passes: true,
  },
  {
    name: 'looks-like-more',
    change: (code) =>
      void (code['new.tf'] = `${RAW_VM('mariadb-prod', 114, '["tier-4"]')}${MEMBER('mariadb-prod', 'module.backup_tiers.pools["4"]')}`),
    says: ['HF-TOFU-SUGGESTS', 'HF-TOFU-UNKNOWN'],
    passes: true,
  },
  {
    name: 'storage-gone',
    change: (code) => swap(code, EXTRA, /resource "proxmox_storage_pbs" "extra" \{\n[\s\S]*?\n\}\n/, ''),
    says: ['HF-TOFU-WEAKER'],
    passes: false,
  },
  {
    name: 'storage-prunes',
    change: (code) => swap(code, EXTRA, 'keep_all = true', 'keep_last = 3'),
    says: ['HF-PRUNE-PVE'],
    passes: false,
  },
];
