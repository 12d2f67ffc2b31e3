import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, heading, launch, open, signIn } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

for (const size of ['desk', 'phone']) {
	test(`sign-in says what is wrong, keeps what was typed, and lets in (${size})`, async () => {
		const { page, close } = await open(browser, size);
		await page.goto('/dang-nhap');
		await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
		const summary = page.getByRole('alert');
		await summary.getByRole('link').first().waitFor();
		assert.equal(await summary.getByRole('link').count(), 2);
		assert.ok(await summary.evaluate((box) => box === document.activeElement), 'the summary has the focus');

		await summary.getByRole('link').first().click();
		assert.equal(await page.evaluate(() => document.activeElement?.id), 'f-login');

		await page.getByLabel('Tên đăng nhập').fill('khong.co.ai');
		await page.getByLabel('Mật khẩu', { exact: true }).fill('sai-hoan-toan');
		await page.keyboard.press('Enter');
		await page.waitForFunction(
			() => document.querySelector('[role="alert"]')?.querySelectorAll('a').length === 0
		);
		assert.match(await summary.textContent(), /\S/);
		assert.equal(await page.getByLabel('Tên đăng nhập').inputValue(), 'khong.co.ai');

		await signIn(page);
		await close();
	});
}

test('a page that needs sign-in comes back after it; sign-out ends the session', async () => {
	const { page, close } = await open(browser);
	await page.goto('/tai-khoan');
	await heading(page, 'Đăng nhập');
	await page.getByLabel('Tên đăng nhập').fill(accounts[0].login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(accounts[0].password);
	await page.keyboard.press('Enter');
	await heading(page, 'Tài khoản của tôi');

	await page.getByRole('button', { name: /^Trình đơn của/ }).click();
	await page.getByRole('menuitem', { name: 'Đăng xuất' }).click();
	await heading(page, 'Đăng nhập');
	await page.goto('/don-vi');
	await heading(page, 'Đăng nhập');
	await close();
});

test('a return path to another site is not followed', async () => {
	const { page, close } = await open(browser);
	await page.goto('/dang-nhap?ve=//example.org/');
	await page.getByLabel('Tên đăng nhập').fill(accounts[0].login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(accounts[0].password);
	await page.keyboard.press('Enter');
	await heading(page, 'Hôm nay');
	await close();
});
