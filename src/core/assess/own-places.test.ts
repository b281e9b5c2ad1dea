import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeActual, makePbsAccess, makePbsStorage, makePolicy, makePve, makeSite, seen } from '#test/make.ts';
import { ledPlaces, ownPlaces } from './own-places.ts';

const at = (namespace: string) => ({ pbs: 'pbs', datastore: 'main', namespace });
const root = makeSite({ pbs: [makePbsAccess({ namespace: '' })] });
const other = (namespace: string) => makeSite({ name: 'office', pbs: [makePbsAccess({ name: 'theirs', namespace })] });
const far = makeSite({ name: 'office', pbs: [makePbsAccess({ urls: ['https://pbs.office:8007'], namespace: 'home/old' })] });
const storage = makePbsStorage();
const manual = { ...storage, id: 'by-hand', pbs: { ...storage.pbs!, namespace: 'by-hand' } };

const cases = [
  { name: 'the namespace of a tier', site: makeSite(), place: at('home/tier-1'), own: true },
  { name: 'an old one below the site’s', site: makeSite(), place: at('home/old'), own: true },
  { name: 'one of another cluster', site: makeSite(), place: at('office/tier-1'), own: false },
  { name: 'one that only begins alike', site: makeSite(), place: at('homeless'), own: false },
  { name: 'on a server that is none of the site’s', site: makeSite(), place: { ...at('home/tier-1'), pbs: 'vault' }, own: false },
  {
    name: 'one of another site of the policy, below the site’s',
    site: makeSite(),
    others: [other('home/old')],
    place: at('home/old/tier-1'),
    own: false,
  },
  { name: 'one called like that of another site on another server', site: makeSite(), others: [far], place: at('home/old'), own: true },
  { name: 'under the root: the root itself', site: root, place: at(''), own: true },
  { name: 'under the root: the namespace of a tier', site: root, place: at('tier-1'), own: true },
  { name: 'under the root: one that a storage leads to', site: root, place: at('by-hand'), own: true },
  { name: 'under the root: any other', site: root, place: at('office/tier-1'), own: false },
];

for (const { name, site, others = [], place, own } of cases) {
  test(`ownPlaces: ${name}`, () => {
    const actual = makeActual({ pve: makePve({ storages: seen([manual]) }) });
    assert.equal(ownPlaces({ policy: makePolicy({ sites: [site, ...others] }), site, actual })(place), own);
  });
}

const led = [
  { name: 'where a storage leads, beside the site’s own', own: 'home', place: at('by-hand'), near: true },
  { name: 'where none leads', own: 'home', place: at('office/tier-1'), near: false },
  {
    name: 'where one leads that another site of the policy has',
    own: 'home',
    others: [other('by-hand')],
    place: at('by-hand'),
    near: false,
  },
  { name: 'the site’s own', own: 'home', place: at('home/tier-1'), near: true },
];

for (const { name, own, others = [], place, near } of led) {
  test(`ledPlaces: ${name}`, () => {
    const site = makeSite({ pbs: [makePbsAccess({ namespace: own })] });
    const actual = makeActual({ pve: makePve({ storages: seen([manual]) }) });
    assert.equal(ledPlaces({ policy: makePolicy({ sites: [site, ...others] }), site, actual })(place), near);
  });
}
