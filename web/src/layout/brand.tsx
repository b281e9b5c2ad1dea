import { Link } from 'wouter';
import classes from './shell.module.css';

export function Brand() {
  return (
    <Link className={classes.brand ?? ''} href="/" aria-label="Holdfast, to the overview">
      <img src="/favicon.svg" alt="" width={26} height={26} />
      Holdfast
    </Link>
  );
}
