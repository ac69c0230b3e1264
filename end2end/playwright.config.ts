import { defineConfig, devices } from "@playwright/test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program } from "./server";

const address = `127.0.0.1:${process.env.TOUCHLINE_E2E_PORT ?? 3100}`;

// Playwright reads this file once in itself and once in each worker: only the first makes the data folder, and removes
// it when all is over.
if (!process.env.TOUCHLINE_E2E_DATA) {
  const data = mkdtempSync(join(tmpdir(), "touchline-e2e-"));
  process.env.TOUCHLINE_E2E_DATA = data;
  process.on("exit", () => rmSync(data, { recursive: true, force: true }));
}

const desktop = { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 } };

export default defineConfig({
  testDir: "tests",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // One server and one data folder for all: tests make what they need and never count what is there.
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: [["list"], ["./summary.ts"]],
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    baseURL: `http://${address}`,
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--autoplay-policy=no-user-gesture-required",
      ],
    },
  },
  // A test's project is in its file's name: reel.spec.ts, library.nojs.spec.ts, library.phone.spec.ts, reel.long.spec.ts.
  projects: [
    { name: "hydrated", testIgnore: /\.(nojs|phone|long|bench)\.spec\.ts$/, use: desktop },
    { name: "nojs", testMatch: /\.nojs\.spec\.ts$/, use: { ...desktop, javaScriptEnabled: false } },
    {
      name: "phone",
      testMatch: /\.phone\.spec\.ts$/,
      use: { ...devices["Pixel 7"], viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    },
    // Minutes each: `make soak` runs them on the release build.
    // Figures, no checks: `make bench-editor`.
    ...(process.env.TOUCHLINE_BENCH ? [{ name: "bench", testMatch: /\.bench\.spec\.ts$/, use: desktop }] : []),
    ...(process.env.TOUCHLINE_LONG ? [{ name: "long", testMatch: /\.long\.spec\.ts$/, use: desktop }] : []),
  ],
  webServer: {
    command: `${program} serve`,
    cwd: "..",
    env: {
      LEPTOS_SITE_ADDR: address,
      LEPTOS_SITE_ROOT: "target/site",
      TOUCHLINE_DATA: process.env.TOUCHLINE_E2E_DATA,
    },
    url: `http://${address}/healthz`,
    timeout: 30_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    stdout: "pipe",
  },
});
