/** What happened in one life of a group of points, in order. `at` names the point; times are true ones unless said otherwise. */
export type Happening =
  | { readonly kind: 'made'; readonly at: number }
  | {
      /** A look that was remembered: what the policy was then, and what the clocks said. */
      readonly kind: 'look';
      readonly time: number;
      readonly ourTime: number;
      readonly latestTime: number;
      readonly retentionSeconds: number;
      /** The finished points it listed; undefined where it saw none of them. */
      readonly listed: readonly number[] | undefined;
    }
  | { readonly kind: 'flag'; readonly at: number; readonly time: number; readonly on: boolean; readonly by: 'holdfast' | 'person' }
  /** All locks were seen to after the look before; `full` where there were too many. */
  | { readonly kind: 'kept'; readonly locks: boolean; readonly full: boolean }
  | { readonly kind: 'crash'; readonly time: number; readonly ourTime: number }
  | { readonly kind: 'gone'; readonly at: number; readonly time: number; readonly flag: boolean }
  | {
      /** After a last calm look, with all clocks right. */
      readonly kind: 'end';
      readonly time: number;
      readonly locks: boolean;
      readonly points: readonly { readonly at: number; readonly flag: boolean; readonly verified: boolean }[];
      /** More than this many are never locked. */
      readonly limit: number;
    };
