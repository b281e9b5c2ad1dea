// Builds OpenTofu and the provider bpg/proxmox from their Go modules, at the versions that the modules below tofu/ are
// tested with, into HOLDFAST_TOOLS or ~/.cache/holdfast-tools. What is there is kept, so that only the first run takes its ten minutes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const TOFU = '1.11.6';
const PROVIDER = '0.111.1';
const folder = process.env.HOLDFAST_TOOLS ?? join(homedir(), '.cache/holdfast-tools');
const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const mirrored = (registry) =>
  join(folder, 'mirror', registry, 'bpg/proxmox', PROVIDER, platform, `terraform-provider-proxmox_v${PROVIDER}`);
const [first, second] = [mirrored('registry.opentofu.org'), mirrored('registry.terraform.io')];

if (spawnSync('go', ['version']).status !== 0) {
  console.error('Go is missing: the tests of tofu/ are skipped, and fail with HOLDFAST_NO_SKIP=1. Get it from https://go.dev/dl/.');
  process.exit(0);
}
build(`github.com/opentofu/opentofu@v${TOFU}`, './cmd/tofu', join(folder, `tofu-${TOFU}`, 'tofu'));
build(`github.com/bpg/terraform-provider-proxmox@v${PROVIDER}`, '.', first);
if (!existsSync(second)) {
  mkdirSync(dirname(second), { recursive: true });
  cpSync(first, second);
}
writeFileSync(join(folder, 'tofurc'), `provider_installation {\n  filesystem_mirror {\n    path = "${join(folder, 'mirror')}"\n  }\n}\n`);

/** The main module must be the one that is built: `go install …@version` refuses modules with replacements. */
function build(module, command, target) {
  if (existsSync(target)) return;
  console.error(`Building ${module} (once, some minutes) …`);
  const source = join(folder, 'source');
  const found = run('go', ['mod', 'download', '-json', module], folder);
  rmSync(source, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  cpSync(JSON.parse(found).Dir, source, { recursive: true });
  run('chmod', ['-R', 'u+w', source], folder);
  run('go', ['build', '-p', '2', '-o', target, command], source);
  rmSync(source, { recursive: true, force: true });
}

function run(program, args, cwd) {
  mkdirSync(cwd, { recursive: true });
  const env = { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };
  const done = spawnSync(program, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) throw new Error(`"${program} ${args.join(' ')}" failed`);
  return done.stdout;
}
