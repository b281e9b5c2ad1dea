import { Link, useLocation } from 'wouter';
import { PAGES } from '../pages.tsx';
import { Icon } from '../parts/icon.tsx';
import classes from './nav.module.css';

export function Nav({ chosen }: { readonly chosen?: () => void }) {
  const [location] = useLocation();
  return (
    <nav aria-label="Pages">
      <ul className={classes.nav}>
        {PAGES.map(({ path, menu }) =>
          menu === undefined ? null : (
            <li key={path}>
              <Link className={classes.link ?? ''} href={path} aria-current={isIn(location, path) ? 'page' : undefined} onClick={chosen}>
                <Icon name={menu.icon} />
                {menu.label}
              </Link>
            </li>
          ),
        )}
      </ul>
    </nav>
  );
}

function isIn(location: string, path: string): boolean {
  return path === '/' ? location === '/' : location === path || location.startsWith(`${path}/`);
}
