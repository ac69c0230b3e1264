import type { FullConfig, FullResult, Reporter, Suite } from "@playwright/test/reporter";

/**
 * Ends the run with one plain line, alone: `N passed, N failed, N skipped`. A panic of the server fails the run, whatever the
 * browser saw of it.
 */
export default class Summary implements Reporter {
  private suite?: Suite;
  private panics = 0;

  onBegin(_config: FullConfig, suite: Suite) {
    this.suite = suite;
  }

  onStdErr(chunk: string | Buffer) {
    this.panics += chunk.toString().split(" panicked at ").length - 1;
  }

  onStdOut(chunk: string | Buffer) {
    this.onStdErr(chunk);
  }

  async onEnd(result: FullResult) {
    return { status: this.panics > 0 ? ("failed" as const) : result.status };
  }

  // Not `onEnd`: the other reporters have had their say by now.
  async onExit() {
    const outcomes = this.suite?.allTests().map((test) => test.outcome()) ?? [];
    const count = (outcome: string) => outcomes.filter((o) => o === outcome).length;
    const passed = count("expected") + count("flaky");
    console.log(`\n${passed} passed, ${count("unexpected")} failed, ${count("skipped")} skipped`);
    if (this.panics > 0) console.log(`The server panicked ${this.panics} times: see above`);
  }

  printsToStdio() {
    return false;
  }
}
