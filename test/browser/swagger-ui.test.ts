import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import t from 'tap';
import { startService } from '../server/service.ts';

const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Chromium without its calls home, which a closed network would refuse one by one. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

t.test(
  'Swagger UI executes the default example and shows a verdict',
  { skip: browserPath === undefined ? 'no Chromium on this machine' : false },
  async (t) => {
    const { app } = await startService(t);
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const browser = await chromium.launch({ executablePath: browserPath as string, args: ARGUMENTS });
    t.teardown(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(address) && !request.url().startsWith('data:'))
        complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(`${address}/docs`);
    const operation = page
      .locator('.opblock-post')
      .filter({ has: page.getByText('/v1/stress-runs', { exact: true }) })
      .first();
    await operation.locator('.opblock-summary').click();
    // Try it out is open already; a theme that needs the click has a button to do it.
    const tryItOut = operation.getByRole('button', { name: 'Try it out' });
    if (await tryItOut.isVisible()) await tryItOut.click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    const live = operation.locator('.live-responses-table');
    await live.waitFor({ timeout: 0 });
    const status = await live.locator('tbody .response-col_status').first().textContent();
    t.equal(status?.trim(), '200');
    const text = (await live.textContent()) ?? '';
    t.match(text, /"sentence"/, 'the verdict is on the page');
    t.match(text, /every limit holds|Breach|Warning/);
    t.same(complaints, [], 'no console error, nothing asked of another host');
    // For a person to look at: RHO90_SCREENSHOTS names a folder.
    const screenshots = process.env['RHO90_SCREENSHOTS'];
    if (screenshots !== undefined) {
      await live.scrollIntoViewIfNeeded();
      await page.screenshot({ path: `${screenshots}/swagger-top.png` });
      await operation.screenshot({ path: `${screenshots}/swagger-execute.png` });
      await page.screenshot({ path: `${screenshots}/swagger-full.png`, fullPage: true });
    }
  },
);
