import { Anchor } from '@mantine/core';
import { Link } from 'wouter';

export function guestPath(site: string, vmid: number): string {
  return `/guests/${encodeURIComponent(site)}/${vmid}`;
}

export function GuestLink({ site, vmid, name }: { readonly site: string; readonly vmid: number; readonly name: string }) {
  return (
    <Anchor component={Link} href={guestPath(site, vmid)} inherit>
      {vmid} ({name})
    </Anchor>
  );
}
