import { test as base, expect, type Page } from "@playwright/test";

export { expect };

/**
 * Playwright's `test`, but an error on the console or an uncaught one fails it, in whichever tab it happens.
 * A test that provokes one says so: `test.use({ expectedErrors: /409/ })`.
 */
export const test = base.extend<{ expectedErrors: RegExp | undefined; noErrors: void }>({
  expectedErrors: [undefined, { option: true }],
  noErrors: [
    async ({ context, expectedErrors }, use) => {
      const errors: string[] = [];
      const note = (error: string) => {
        if (!expectedErrors?.test(error)) errors.push(error);
      };
      context.on("console", (message) => {
        if (message.type() === "error") note(`${message.text()} (${message.location().url})`);
      });
      context.on("weberror", (error) => note(`uncaught: ${error.error().stack ?? error.error().message}`));
      await use();
      expect(errors, "errors in the browser").toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a page and waits until its WASM has taken it over: only then do its buttons do anything. */
export async function gotoHydrated(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.locator("body[data-hydrated]").waitFor({ state: "attached" });
}
