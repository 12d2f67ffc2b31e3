import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, heading, launch, open, plain, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

test('the palette goes to a unit, a screen, and does things', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const { items } = await ask(page, '/units?limit=5&sort=name');
	const wanted = items[0];
	await page.keyboard.press('Control+k');
	const box = page.getByRole('combobox');
	await box.fill(plain(wanted.full_name));
	await page.getByRole('option', { name: wanted.full_name }).first().waitFor();
	await page.getByRole('option', { name: wanted.full_name }).first().click();
	await heading(page, wanted.full_name);

	await page.keyboard.press('Control+k');
	await box.fill('tai khoan');
	await page.keyboard.press('Enter');
	await heading(page, 'Tài khoản của tôi');

	await page.keyboard.press('Control+k');
	await box.fill('giao dien toi');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
	await page.reload();
	await heading(page, 'Tài khoản của tôi');
	assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark', 'remembered');

	await page.keyboard.press('Control+k');
	await box.fill('khong co gi ten nay');
	await page.getByRole('dialog').getByText('Thử gõ ít chữ hơn.').waitFor();
	await page.keyboard.press('Escape');
	assert.equal(await page.getByRole('combobox').count(), 0);

	await page.keyboard.press('Control+k');
	await box.fill('sap nhap');
	await page.keyboard.press('Enter');
	await heading(page, 'Sáp nhập trường');
	await close();
});

test('English and back, without a reload', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.getByRole('button', { name: /^Trình đơn của/ }).click();
	await page.getByRole('menuitemradio', { name: 'English' }).click();
	await heading(page, 'Today');
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
	await page.getByRole('button', { name: /^Menu of/ }).click();
	await page.getByRole('menuitemradio', { name: 'Tiếng Việt' }).click();
	await heading(page, 'Hôm nay');
	await close();
});

test('with the network off: a word says so, menu and palette work, and it comes back', async () => {
	const { page, context, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi');
	await page.getByRole('treeitem').first().waitFor();
	await context.setOffline(true);
	await page.getByRole('status').getByText('Mất mạng').waitFor();
	await page.getByRole('button', { name: /^Trình đơn của/ }).click();
	await page.getByRole('menuitem', { name: 'Tài khoản của tôi' }).waitFor();
	await page.keyboard.press('Escape');
	await page.keyboard.press('Control+k');
	await page.getByRole('combobox').fill('hom nay');
	await page.getByRole('option', { name: 'Hôm nay' }).waitFor();
	await page.keyboard.press('Escape');
	// A page that could not be fetched opens by itself when the network is back.
	await page.getByRole('link', { name: 'Việc chạy nền' }).first().click();
	await heading(page, 'Mất mạng');
	await context.setOffline(false);
	await page.getByRole('status').getByText('Mất mạng').waitFor({ state: 'detached' });
	await heading(page, 'Việc chạy nền');
	await close();
});

test('by keyboard: skip link first, then everything in order, the focus always seen', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.reload();
	await heading(page, 'Hôm nay');
	await page.keyboard.press('Tab');
	assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Đến nội dung chính');
	await page.keyboard.press('Enter');
	assert.equal(await page.evaluate(() => document.activeElement?.id), 'noi-dung');
	for (let i = 0; i < 12; i++) {
		await page.keyboard.press('Tab');
		const seen = await page.evaluate(() => {
			const at = document.activeElement;
			if (!at || at === document.body) return 'end';
			const style = getComputedStyle(at);
			return style.outlineStyle !== 'none' || style.boxShadow !== 'none' ? 'yes' : at.outerHTML.slice(0, 120);
		});
		if (seen === 'end') break;
		assert.equal(seen, 'yes', 'what has the focus shows it');
	}
	await close();
});

test('a wrong address says so inside the shell', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	await page.goto('/don-vi/00000000-0000-4000-8000-000000000000');
	await page.getByRole('heading', { level: 1, name: /Không tìm thấy/ }).waitFor();
	await page.getByRole('link', { name: 'Về Hôm nay' }).click();
	await heading(page, 'Hôm nay');
	await close();
});
