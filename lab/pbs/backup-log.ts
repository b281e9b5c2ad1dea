import { createHash } from 'node:crypto';
import { utcText } from '../zone.ts';
import { groupPath } from './content.ts';
import type { BackupFile, Session, SnapshotState } from './state.ts';

type Sent = { readonly files: readonly BackupFile[]; readonly newBytes: number };

function placeOf({ ns, type, id, time }: Session): string {
  return `${groupPath(ns, `${type}/${id}`)}/${utcText(time)}`;
}

function digest(...words: readonly (string | number)[]): string {
  return createHash('sha256').update(words.join('|')).digest('hex');
}

/** What the server writes when a client connects and looks at what there is. */
export function openLines(session: Session, previous: SnapshotState | undefined): readonly string[] {
  const lines = [
    `starting new backup on datastore '${session.store}' from 127.0.0.1: "${placeOf(session)}"`,
    'protocol upgrade done',
    'GET /previous_backup_time',
  ];
  if (!previous) return lines;
  const before = `${session.type}/${session.id}/${utcText(previous.time)}`;
  lines.push('GET /previous', `download 'index.json.blob' from previous backup '${before}'.`);
  for (const { filename } of previous.files) {
    if (filename.endsWith('.blob')) continue;
    lines.push(
      'GET /previous',
      `register chunks in '${filename}' from previous backup '${before}'.`,
      `download '${filename}' from previous backup '${before}'.`,
    );
  }
  return lines;
}

/** Each archive as it is sent: one line for each kind of call, not for each chunk. */
export function archiveLines(session: Session, { files, newBytes }: Sent): readonly string[] {
  const lines: string[] = [];
  for (const [index, { filename, size }] of archivesOf(files).entries()) {
    const kind = filename.endsWith('.fidx') ? 'fixed' : 'dynamic';
    lines.push(`POST /${kind}_index`, `created new ${kind} index ${index + 1} ("${placeOf(session)}/${filename}")`, `POST /${kind}_chunk`);
    if (newBytes > 0) lines.push(`upload_chunk done: ${Math.min(size, 4_194_304)} bytes, ${digest(placeOf(session), filename)}`);
  }
  return lines;
}

function archivesOf(files: readonly BackupFile[]): readonly BackupFile[] {
  return files.filter(({ filename }) => !filename.endsWith('.blob'));
}

export function closeLines(session: Session, { files, newBytes }: Sent): readonly string[] {
  const lines: string[] = [];
  for (const [index, { filename, size }] of archivesOf(files).entries()) {
    const kind = filename.endsWith('.fidx') ? 'fixed' : 'dynamic';
    const sum = digest(placeOf(session), filename);
    const chunks = Math.max(1, Math.ceil(size / 4_194_304));
    const sent = Math.min(size, newBytes);
    lines.push(`PUT /${kind}_index`, `${kind}_append ${chunks} chunks`);
    lines.push(`successfully added chunk ${sum} to ${kind} index ${index + 1} (offset 0, size ${Math.min(size, 4_194_304)})`);
    lines.push(
      `POST /${kind}_close`,
      `Upload statistics for '${filename}'`,
      `UUID: ${sum.slice(0, 32)}`,
      `Checksum: ${digest(sum)}`,
      `Size: ${size}`,
    );
    lines.push(`Chunk count: ${chunks}`, `Upload size: ${sent} (${Math.round((100 * sent) / Math.max(1, size))}%)`);
    if (sent > 0) lines.push('Compression: 100%');
    lines.push(`successfully closed ${kind} index ${index + 1}`);
  }
  return lines;
}

export function finishLines(path: string, session: Session): readonly string[] {
  return [
    'POST /blob',
    `add blob "${path}/${placeOf(session)}/index.json.blob" (330 bytes, comp: 330)`,
    'POST /finish',
    `syncing filesystem for backing path '"${path}"'`,
    'successfully finished backup',
    'backup finished successfully',
  ];
}

/** What client and server say when there is no room. */
export function fullLine(session: Session): string {
  return `inserting chunk on store '${session.store}' failed for ${digest(placeOf(session), 'full')} - write failed: No space left on device (os error 28)`;
}
