import { expect, test } from 'vitest';
import { makeCredentials } from '../src/credentials.ts';

const quick = makeCredentials({ memory: 8, passes: 1, parallelism: 1 });

test('a password is known again by its hash, which says how it was made and differs each time', async () => {
  const [one, two] = [await quick.hashPassword('correct horse'), await quick.hashPassword('correct horse')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(two);
  expect(await quick.isPassword('correct horse', one)).toBe(true);
  expect(await quick.isPassword('correct horsf', one)).toBe(false);
  // One that was made with other parameters is still known.
  expect(await makeCredentials({ memory: 16, passes: 2, parallelism: 1 }).isPassword('correct horse', one)).toBe(true);
});

test('Argon2id as another implementation makes it', async () => {
  // The reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
  const known = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await quick.isPassword('password', known)).toBe(true);
});

test('letters that look alike are one password, however a keyboard composes them', async () => {
  expect(await quick.isPassword('pa\u00dfw\u00f6rter', await quick.hashPassword('pa\u00dfwo\u0308rter'))).toBe(true);
});

test('nothing is the password of nobody, nor of a hash that cannot be read', async () => {
  for (const hash of [undefined, '', 'x', '$argon2id$v=19$m=8,t=1,p=1$$', '$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAA'])
    for (const password of ['', 'x']) expect(await quick.isPassword(password, hash)).toBe(false);
});

test('by default a guess costs 19 MiB and two passes', async () => {
  expect(await makeCredentials().hashPassword('correct horse')).toContain('$m=19456,t=2,p=1$');
});

test('secrets have 256 bits, and what follows from one depends on it and on its purpose', () => {
  expect(Buffer.from(quick.make(), 'base64url').length).toBe(32);
  expect(quick.make()).not.toBe(quick.make());
  expect(quick.fingerprint('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(quick.derive('a', 'csrf')).toBe(quick.derive('a', 'csrf'));
  expect(new Set([quick.derive('a', 'csrf'), quick.derive('b', 'csrf'), quick.derive('a', 'other')]).size).toBe(3);
  expect([quick.same('a', 'a'), quick.same('a', 'b'), quick.same('a', 'aa')]).toEqual([true, false, false]);
});
