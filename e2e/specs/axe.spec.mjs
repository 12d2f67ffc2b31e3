import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { launch, open, quiet, signIn, unitToBuildIn, unitToInviteTo } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function check(page, where) {
	const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
	const said = violations.map(
		({ id, nodes }) => `${where}: ${id}: ${nodes.map((node) => node.html.slice(0, 140)).join(' | ')}`
	);
	assert.deepEqual(said, []);
}

for (const size of ['desk', 'phone']) {
	for (const colorScheme of ['light', 'dark']) {
		test(`axe finds nothing (${size}, ${colorScheme})`, async () => {
			const { page, close } = await open(browser, size, { colorScheme });
			for (const path of ['/dang-nhap', '/loi-moi']) {
				await page.goto(path);
				await page.getByRole('heading', { level: 1 }).waitFor();
				await check(page, path);
			}
			await page.getByRole('button', { name: 'Xem lời mời' }).click();
			await page.getByRole('alert').waitFor();
			await check(page, '/loi-moi with an error');
			await signIn(page);
			const unit = await unitToBuildIn(page);
			const host = await unitToInviteTo(page);
			const paths = [
				'/',
				'/don-vi',
				'/don-vi?xem=bang',
				`/don-vi/${unit.id}`,
				`/don-vi/${unit.id}?muc=lich-su`,
				`/don-vi/${host.id}?muc=nguoi`,
				`/don-vi/${unit.id}?lam=them`,
				`/don-vi/${host.id}?lam=moi`,
				`/don-vi/${host.id}?lam=dong`,
				'/don-vi?ngay=2024-06-01',
				'/don-vi/sap-nhap',
				'/tai-khoan',
				'/viec-cho',
				'/viec-nen',
				'/cai-dat',
				'/gallery'
			];
			for (const path of paths) {
				await page.goto(path);
				await page.locator('h1').waitFor();
				await quiet(page);
				if (path.includes('lam=')) {
					// Not every account may close: then the page stands without the dialog.
					await page
						.getByRole('dialog')
						.waitFor({ timeout: path.includes('dong') ? 1000 : 10_000 })
						.catch((cause) => {
							if (!path.includes('dong')) throw cause;
						});
				}
				await check(page, path);
			}
			await page.goto('/');
			await page.locator('h1').waitFor();
			await page.keyboard.press('Control+k');
			await check(page, 'palette');
			await page.keyboard.press('Escape');
			await page.getByRole('button', { name: /^Trình đơn của/ }).click();
			await check(page, 'menu');
			await close();
		});
	}
}
