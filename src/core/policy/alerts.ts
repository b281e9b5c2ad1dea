import type { SecretRef, TierId, Window } from './policy.ts';

/** Who is told what, and how: `alerts:` of the policy. */
export type Alerts = {
  readonly channels: readonly Channel[];
  /** The first that matches decides, and with `also` the next that matches too. */
  readonly routes: readonly Route[];
  /** How late a point of a tier may be before it is told; absent: half-way from when it was due to when the promise breaks. */
  readonly lateSeconds?: ReadonlyMap<TierId, number>;
  /** In these local hours of the site nobody is disturbed, but for what concerns tier 1. */
  readonly quiet?: Window;
  /** A call to somebody outside at this pace while every site is watched: silence is then told by them. */
  readonly heartbeat?: { readonly url: SecretRef; readonly everySeconds: number };
};

/** A way to a person or a system. Addresses that are secrets themselves (a topic nobody may guess) are named like secrets. */
export type Channel = { readonly name: string } & (
  | {
      readonly kind: 'email';
      readonly to: readonly string[];
      readonly from: string;
      /** `smtps://mail.example.org:465`, `smtp://…:587` (STARTTLS is then required, but on loopback). */
      readonly server: string;
      /** `user:password` */
      readonly login?: SecretRef;
    }
  | {
      readonly kind: 'webhook';
      readonly url: string;
      /** Signs each message: HMAC-SHA-256 as Standard Webhooks have it. */
      readonly secret?: SecretRef;
      /** The body with `{{subject}}`, `{{text}}`, `{{severity}}`, `{{site}}`, `{{id}}`, each escaped as JSON text; absent: a JSON object of all. */
      readonly template?: string;
    }
  | { readonly kind: 'ntfy'; readonly url: string; readonly token?: SecretRef }
  | { readonly kind: 'gotify'; readonly url: string; readonly token: SecretRef }
  | { readonly kind: 'apprise'; readonly url: string; readonly tag?: string }
  | { readonly kind: 'alertmanager'; readonly url: string; readonly token?: SecretRef }
);

export type ChannelKind = Channel['kind'];
export const CHANNEL_KINDS: readonly ChannelKind[] = ['email', 'webhook', 'ntfy', 'gotify', 'apprise', 'alertmanager'];

/** Selectors of different kinds must all match, values of one kind are alternatives; a route with none matches everything. */
export type Route = {
  /** 0-based place in the policy. */
  readonly index: number;
  readonly to: readonly string[];
  readonly tiers?: readonly TierId[];
  readonly sites?: readonly string[];
  /** Owners of tiers. */
  readonly owners?: readonly string[];
  /** The least that matters here. */
  readonly severity: 'error' | 'warning';
  /** Also ask the next route that matches. */
  readonly also: boolean;
  /** Again after this long while it lasts and nobody has acknowledged it; never again where absent. */
  readonly repeatSeconds?: number;
  /** Everything of a day in one message at this minute of the site's day. */
  readonly digestMinute?: number;
  /** To these too where nobody acknowledged for so long. */
  readonly escalate?: { readonly afterSeconds: number; readonly to: readonly string[] };
};
