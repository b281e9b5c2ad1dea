import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { IconName } from './parts/icon.tsx';

type PageEntry = {
  readonly path: string;
  readonly component: LazyExoticComponent<ComponentType>;
  /** In the navigation; absent for pages that are reached from another. */
  readonly menu?: { readonly label: string; readonly icon: IconName; readonly key: string };
};

/** Every page there is, in the order of the navigation, each a chunk of its own. `key` follows `g` on the keyboard. */
export const PAGES: readonly PageEntry[] = [
  {
    path: '/',
    component: lazy(async () => ({ default: (await import('./pages/overview/overview-page.tsx')).OverviewPage })),
    menu: { label: 'Overview', icon: 'overview', key: 'o' },
  },
  {
    path: '/guests',
    component: lazy(async () => ({ default: (await import('./pages/guests/guests-page.tsx')).GuestsPage })),
    menu: { label: 'Guests', icon: 'guests', key: 'g' },
  },
  {
    path: '/guests/:site/:vmid',
    component: lazy(async () => ({ default: (await import('./pages/guest/guest-page.tsx')).GuestPage })),
  },
  {
    path: '/policy',
    component: lazy(async () => ({ default: (await import('./pages/policy/policy-page.tsx')).PolicyPage })),
    menu: { label: 'Policy', icon: 'policy', key: 'p' },
  },
  { path: '/policy/edit', component: lazy(async () => ({ default: (await import('./pages/policy/edit-page.tsx')).EditPage })) },
  { path: '/policy/versions', component: lazy(async () => ({ default: (await import('./pages/policy/versions-page.tsx')).VersionsPage })) },
  {
    path: '/policy/versions/:number',
    component: lazy(async () => ({ default: (await import('./pages/policy/version-page.tsx')).VersionPage })),
  },
  {
    path: '/plan',
    component: lazy(async () => ({ default: (await import('./pages/plan/plan-page.tsx')).PlanPage })),
    menu: { label: 'Plan', icon: 'plan', key: 'n' },
  },
  {
    path: '/changes',
    component: lazy(async () => ({ default: (await import('./pages/changes/changes-page.tsx')).ChangesPage })),
    menu: { label: 'Changes', icon: 'check', key: 'c' },
  },
  { path: '/changes/:id', component: lazy(async () => ({ default: (await import('./pages/changes/change-page.tsx')).ChangePage })) },
  {
    path: '/alerts',
    component: lazy(async () => ({ default: (await import('./pages/alerts/alerts-page.tsx')).AlertsPage })),
    menu: { label: 'Alerts', icon: 'alerts', key: 'a' },
  },
  {
    path: '/alerts/messages',
    component: lazy(async () => ({ default: (await import('./pages/alerts/messages-page.tsx')).MessagesPage })),
  },
  {
    path: '/audit',
    component: lazy(async () => ({ default: (await import('./pages/audit/audit-page.tsx')).AuditPage })),
    menu: { label: 'Audit log', icon: 'audit', key: 'l' },
  },
  {
    path: '/capacity',
    component: lazy(async () => ({ default: (await import('./pages/capacity/capacity-page.tsx')).CapacityPage })),
    menu: { label: 'Capacity', icon: 'capacity', key: 'y' },
  },
  {
    path: '/sites',
    component: lazy(async () => ({ default: (await import('./pages/sites/sites-page.tsx')).SitesPage })),
    menu: { label: 'Sites', icon: 'sites', key: 's' },
  },
  {
    path: '/settings',
    component: lazy(async () => ({ default: (await import('./pages/settings/settings-page.tsx')).SettingsPage })),
    menu: { label: 'Settings', icon: 'settings', key: 'e' },
  },
];
