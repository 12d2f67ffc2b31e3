import { chromium } from 'playwright-core';

export const baseURL = process.env.KHUE_E2E_URL ?? 'http://127.0.0.1:4801';
/** Who signs in: {"<role in the tests>": {"login", "password"}}. The defaults are those of the fake server. */
export const accounts = JSON.parse(
	process.env.KHUE_E2E_ACCOUNTS ??
		'{"admin":{"login":"so.quantri","password":"mau-tim-2026"},"head":{"login":"hieu.truong","password":"mau-tim-2026"}}'
);

export async function launch() {
	const browser = await chromium.launch({
		executablePath: process.env.KHUE_E2E_CHROMIUM ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync'
		]
	});
	const newContext = browser.newContext.bind(browser);
	browser.newContext = (options) => newContext({ baseURL, ...options });
	return browser;
}

export async function signIn(page, who = 'admin') {
	const { login, password } = accounts[who];
	await page.goto('/dang-nhap');
	await page.getByLabel('Tên đăng nhập').fill(login);
	await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
	await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Hôm nay' }).waitFor();
}
