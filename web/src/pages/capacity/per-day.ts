import { size } from '../../parts/size.ts';

/** `+41 GiB a day` */
export function perDay(bytes: number): string {
  return `${bytes > 0 ? '+' : ''}${size(bytes)} a day`;
}
