import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accounts, ask, heading, launch, mark, open, signIn, unitToInviteTo } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

const send = (page, method, path, body) =>
	page.evaluate(
		async ([how, at, what]) => {
			const answer = await fetch(`/api/v1${at}`, {
				method: how,
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify(what)
			});
			return answer.json();
		},
		[method, path, body]
	);

const password = 'hoa phuong do 2026';

/** Somebody new with a role at a unit, signed in on a device of their own. */
async function newcomer(host, unit, size) {
	const name = `Khương Thị Thử ${mark()}`;
	const { items } = await host.page.evaluate(
		async (id) => (await fetch(`/api/v1/roles?unit=${id}`)).json(),
		unit.id
	);
	const role = (items.find((one) => one.code === 'teacher') ?? items[0]).code;
	const { code } = await send(host.page, 'POST', `/units/${unit.id}/invitations`, { display_name: name, role });
	const guest = await open(browser, size);
	await guest.page.goto('/dang-nhap');
	const login = `thu.${mark()}`;
	await send(guest.page, 'POST', '/invitations/acceptance', { code, login, password });
	await guest.page.goto('/');
	await heading(guest.page, 'Hôm nay');
	return { ...guest, name, login };
}

for (const size of ['desk', 'phone']) {
	test(`a forgotten password is renewed, shown once, and changed at once (${size})`, async () => {
		const host = await open(browser, size);
		await signIn(host.page);
		const unit = await unitToInviteTo(host.page);
		const guest = await newcomer(host, unit, size);
		await host.page.goto(`/don-vi/${unit.id}?muc=nguoi`);
		await host.page.getByRole('button', { name: `Hỗ trợ tài khoản của ${guest.name}` }).click();
		const help = host.page.getByRole('dialog', { name: `Tài khoản của ${guest.name}` });
		await help.getByRole('button', { name: /^Kết thúc phiên trên/ }).first().waitFor();
		await help.getByRole('button', { name: 'Cấp lại mật khẩu' }).click();
		await host.page.getByRole('dialog').getByRole('button', { name: 'Cấp lại mật khẩu' }).click();
		const slip = host.page.getByRole('dialog', { name: 'Mật khẩu dùng một lần' });
		const once = (await slip.locator('output').textContent()).trim();
		assert.match(once, /^[a-z0-9]{5}(-[a-z0-9]{5}){2}$/);
		await slip.getByRole('button', { name: 'Chép mật khẩu' }).click();
		await slip.getByRole('button', { name: 'Đã chép hoặc in rồi' }).click();
		await slip.waitFor({ state: 'detached' });
		assert.equal(
			await host.page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
			`Hỗ trợ tài khoản của ${guest.name}`,
			'the focus goes back to what opened the first of the dialogs'
		);
		assert.equal(await host.page.getByText(once).count(), 0, 'it is not shown again');

		// The device is signed out; the one-time password opens the door to a new one only.
		await guest.page.goto('/don-vi');
		await guest.page.getByLabel('Tên đăng nhập').fill(guest.login);
		await guest.page.getByLabel('Mật khẩu', { exact: true }).fill(once);
		await guest.page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
		await guest.page.waitForURL(/doi-mat-khau/);
		await guest.close();
		await host.close();
	});
}

test('an account is suspended with a reason and restored, with the keyboard only', async () => {
	const host = await open(browser);
	await signIn(host.page);
	const unit = await unitToInviteTo(host.page);
	const guest = await newcomer(host, unit, 'desk');
	await host.page.goto(`/don-vi/${unit.id}?muc=nguoi`);
	const opener = host.page.getByRole('button', { name: `Hỗ trợ tài khoản của ${guest.name}` });
	const reach = async (name) => {
		for (let n = 0; n < 12; n++) {
			const at = await host.page.evaluate(() => document.activeElement?.textContent?.trim());
			if (at === name) return host.page.keyboard.press('Enter');
			await host.page.keyboard.press('Tab');
		}
		throw new Error(`${name} is not reached`);
	};
	await opener.focus();
	await host.page.keyboard.press('Enter');
	await host.page.getByRole('dialog', { name: `Tài khoản của ${guest.name}` }).waitFor();
	await reach('Tạm khoá tài khoản');
	const suspend = host.page.getByRole('dialog', { name: 'Tạm khoá tài khoản' });
	await suspend.getByLabel('Lý do').waitFor();
	await host.page.keyboard.type('Nghỉ việc');
	await host.page.keyboard.press('Enter');
	await host.page.getByText('Đã tạm khoá tài khoản.').waitFor();
	await host.page.getByRole('row').filter({ hasText: guest.name }).getByText('Đang tạm khoá').waitFor();
	assert.equal(await guest.page.evaluate(async () => (await fetch('/api/v1/me')).status), 401);

	await opener.focus();
	await host.page.keyboard.press('Enter');
	await host.page.getByRole('dialog', { name: `Tài khoản của ${guest.name}` }).waitFor();
	await reach('Mở lại tài khoản');
	await host.page.getByRole('dialog', { name: `Mở lại tài khoản của ${guest.name}?` }).waitFor();
	await reach('Mở lại tài khoản');
	await host.page.getByText('Đã mở lại tài khoản.').waitFor();
	await signIn(guest.page, { login: guest.login, password });
	await guest.close();
	await host.close();
});

test('whoever revokes her own role is told that she cannot give it back', async () => {
	const { page, close } = await open(browser);
	await signIn(page, accounts.find(({ role }) => role === 'head'));
	const { account, grants } = await ask(page, '/me');
	const [{ role_name, unit }] = grants;
	await page.goto(`/don-vi/${unit.id}?muc=nguoi`);
	await page.getByRole('button', { name: `Thu hồi vai trò ${role_name} của ${account.display_name}` }).click();
	const dialog = page.getByRole('dialog', { name: `Thu hồi vai trò ${role_name}?` });
	await dialog.getByText(`bạn không còn vào được ${unit.name}; chỉ cấp trên giao lại được`).waitFor();
	await dialog.getByRole('button', { name: 'Huỷ' }).click();
	await page.getByRole('button', { name: /^Thu hồi vai trò Giáo viên của/ }).first().click();
	await page.getByRole('dialog').getByText('Có thể giao lại vai trò.').waitFor();
	await close();
});
