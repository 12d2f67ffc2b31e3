import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check } from '../lib/axe.mjs';
import { launch, open, quiet, signIn, unitToBuildIn, unitToInviteTo } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const json = (status, body) => ({
	status,
	contentType: 'application/json',
	body: JSON.stringify(body)
});

/** The screens of the second factor. What nobody's account shall keep, the test answers instead of the server. */
async function factors(page) {
	const dialog = page.getByRole('dialog');
	await page.goto('/tai-khoan');
	await page.getByRole('button', { name: 'Thêm khoá truy cập' }).click();
	await dialog.getByLabel('Tên của khoá').waitFor();
	await check(page, 'adding a passkey');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Thiết lập ứng dụng' }).click();
	await dialog.getByRole('img').waitFor();
	await check(page, 'adding an authenticator app');
	await page.route('**/me/totp', (route) =>
		route.fulfill(json(200, { recovery_codes: Array.from({ length: 10 }, (_, n) => `aaaaa-bbbbb-0000${n}`) }))
	);
	await page.keyboard.type('123456');
	await dialog.locator('li code').first().waitFor();
	await check(page, 'recovery codes');
	await page.unroute('**/me/totp');
	const stale = { status: 403, code: 'session.confirm_first', title: 'Hãy xác nhận', detail: 'Hãy xác nhận.' };
	await page.route('**/me/totp', (route) => route.fulfill(json(403, stale)));
	await page.goto('/tai-khoan');
	await page.getByRole('button', { name: 'Thiết lập ứng dụng' }).click();
	await page.getByRole('dialog', { name: 'Xác nhận đó là bạn' }).locator('input').waitFor();
	await check(page, 'confirmation');

	await page.route('**/api/v1/me', async (route) => {
		const response = await route.fetch();
		const me = await response.json();
		await route.fulfill({ response, json: { ...me, account: { ...me.account, must_enrol: true } } });
	});
	await page.goto('/');
	await page.getByRole('heading', { level: 1, name: 'Thêm yếu tố thứ hai' }).waitFor();
	await check(page, 'a second factor is required');

	await page.route('**/api/v1/session', (route) =>
		route.fulfill(
			json(202, {
				ticket: 't',
				methods: ['totp', 'passkey', 'recovery_code'],
				expires_at: '2099-01-01T00:00:00Z'
			})
		)
	);
	await page.goto('/dang-nhap');
	await page.getByLabel('Tên đăng nhập').fill('ai');
	await page.getByLabel('Mật khẩu', { exact: true }).fill('gi cung duoc');
	await page.keyboard.press('Enter');
	await page.getByRole('heading', { level: 1, name: 'Xác thực bước hai' }).waitFor();
	await check(page, 'second step');
	await page.keyboard.press('Enter');
	await page.locator('#f-proof-error').waitFor();
	await check(page, 'second step with an error');
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
			await factors(page);
			await close();
		});
	}
}
