/** `src/components/ErrorBoundary.tsx` of the generated frontend. Lines that begin with `//?` are explained in Conditional.ts. */
export const text = `/** Shows a page that failed as one that says so; without it nothing would be left on the screen. */
import { Component, type ReactNode } from "react";

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="alert" role="alert">
        <h1>This page cannot be shown</h1>
        <p>Something went wrong in it. What is stored is not touched.</p>
        <button type="button" onClick={() => window.location.reload()}>
          Reload
        </button>
        <a href="/">Back to the start</a>
      </div>
    );
  }
}
`
