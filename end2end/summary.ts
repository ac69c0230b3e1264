import type { FullConfig, Reporter, Suite } from "@playwright/test/reporter";

/** Ends the run with one plain line, alone: `N passed, N failed, N skipped`. */
export default class Summary implements Reporter {
  private suite?: Suite;

  onBegin(_config: FullConfig, suite: Suite) {
    this.suite = suite;
  }

  // Not `onEnd`: the other reporters have had their say by now.
  async onExit() {
    const outcomes = this.suite?.allTests().map((test) => test.outcome()) ?? [];
    const count = (outcome: string) => outcomes.filter((o) => o === outcome).length;
    const passed = count("expected") + count("flaky");
    console.log(`\n${passed} passed, ${count("unexpected")} failed, ${count("skipped")} skipped`);
  }

  printsToStdio() {
    return false;
  }
}
