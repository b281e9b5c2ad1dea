import { Component, type ReactNode } from 'react';
import { Failed } from './failed.tsx';

/** Around each page: a bug in one leaves the others usable. React knows this only as a class. */
export class Crash extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return <Failed error={this.state.error} again={() => this.setState({ error: undefined })} />;
  }
}
