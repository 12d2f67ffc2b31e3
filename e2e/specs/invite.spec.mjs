import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { heading, launch, mark, open, signIn, unitToInviteTo } from '../lib/browser.mjs';

let browser;
before(async () => {
	browser = await launch();
});
after(() => browser.close());

for (const size of ['desk', 'phone']) {
	test(`an invitation: made, shown once, accepted, used up (${size})`, async () => {
		const host = await open(browser, size);
		await signIn(host.page);
		const unit = await unitToInviteTo(host.page);
		await host.page.goto(`/don-vi/${unit.id}`);
		await host.page.getByRole('button', { name: 'Mời người' }).first().click();
		const dialog = host.page.getByRole('dialog', { name: 'Mời người' });
		await dialog.getByLabel('Họ và tên').fill('Thạch Sô Phi');
		const roles = dialog.getByLabel('Vai trò', { exact: true });
		await roles.locator('option').nth(1).waitFor({ state: 'attached' });
		await roles.selectOption({ index: 1 });
		await dialog.getByRole('button', { name: 'Tạo mã mời' }).click();
		const ready = host.page.getByRole('dialog', { name: 'Mã mời đã sẵn sàng' });
		const code = (await ready.locator('output').textContent()).trim();
		const link = (await ready.locator('code').textContent()).trim();
		assert.ok(code.length >= 8);
		assert.ok(link.includes('/loi-moi#'));
		// Closed by a slip of the finger, it would be lost: the first Escape only says so.
		await host.page.keyboard.press('Escape');
		await ready.getByText('Đóng bây giờ thì không xem lại được').waitFor();
		await ready.getByRole('button', { name: 'Chép mã' }).click();
		await ready.getByText('Đóng bây giờ thì không xem lại được').waitFor({ state: 'detached' });
		await ready.getByRole('button', { name: 'Đã chép hoặc in rồi' }).click();
		await host.page.getByText('Đã tạo lời mời cho Thạch Sô Phi.').waitFor();
		await host.page
			.getByRole('table', { name: 'Lời mời chưa nhận' })
			.getByText('Thạch Sô Phi')
			.first()
			.waitFor();
		assert.equal(await host.page.getByText(code).count(), 0, 'the code is not shown again');

		const guest = await open(browser, size);
		await guest.page.goto(new URL(link).pathname + new URL(link).hash);
		await guest.page.getByText('Thạch Sô Phi').waitFor();
		assert.equal(new URL(guest.page.url()).hash, '', 'the code leaves the address');
		await guest.page.getByLabel('Chọn tên đăng nhập').fill(`so.phi.${mark()}`);
		await guest.page.getByLabel('Chọn mật khẩu').fill('ngan');
		await guest.page.getByRole('button', { name: 'Nhận lời mời và vào Khuê' }).click();
		await guest.page.getByRole('alert').getByRole('link').first().waitFor();
		await guest.page.getByLabel('Chọn mật khẩu').fill('hoa phuong do 2026');
		await guest.page.getByLabel('Gõ lại mật khẩu').fill('hoa phuong do 2026');
		await guest.page.getByRole('button', { name: 'Nhận lời mời và vào Khuê' }).click();
		await heading(guest.page, 'Hôm nay');
		await guest.page.getByText(unit.full_name).first().waitFor();
		await guest.close();

		const late = await open(browser, size);
		await late.page.goto('/loi-moi');
		await late.page.getByLabel('Mã mời').fill(code);
		await late.page.getByRole('button', { name: 'Xem lời mời' }).click();
		await late.page.getByRole('alert').waitFor();
		await late.close();
		await host.close();
	});
}

test('an invitation is withdrawn after a question', async () => {
	const { page, close } = await open(browser);
	await signIn(page);
	const unit = await unitToInviteTo(page);
	await page.goto(`/don-vi/${unit.id}?muc=nguoi&lam=moi`);
	const dialog = page.getByRole('dialog', { name: 'Mời người' });
	const name = `Bùi Quốc ${mark()}`;
	await dialog.getByLabel('Họ và tên').fill(name);
	await dialog.getByLabel('Vai trò', { exact: true }).locator('option').nth(1).waitFor({ state: 'attached' });
	await dialog.getByLabel('Vai trò', { exact: true }).selectOption({ index: 1 });
	await dialog.getByRole('button', { name: 'Tạo mã mời' }).click();
	await page.getByRole('button', { name: 'Chép mã' }).click();
	await page.getByRole('button', { name: 'Đã chép hoặc in rồi' }).click();
	await page.getByRole('button', { name: `Rút lại lời mời ${name}` }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Rút lại', exact: true }).click();
	await page.getByText('Đã rút lại lời mời.').waitFor();
	await page.getByRole('cell', { name, exact: true }).waitFor({ state: 'detached' });
	await close();
});
