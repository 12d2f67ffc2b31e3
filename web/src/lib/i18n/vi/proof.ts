export default {
	second: 'Xác thực bước hai',
	secondLead: (name: string) => `Mật khẩu của ${name} đúng. Còn một bước nữa.`,
	otherName: 'Đăng nhập bằng tên khác',

	confirm: 'Xác nhận đó là bạn',
	confirmLead: 'Việc này cần chắc chắn là bạn đang ngồi trước máy. Xác nhận một lần dùng được trong 10 phút.',

	code: 'Mã 6 chữ số',
	codeHint: 'Mở ứng dụng xác thực trên điện thoại và gõ mã đang hiện.',
	codeShort: 'Mã có 6 chữ số.',
	recovery: 'Mã khôi phục',
	recoveryHint: 'Một trong các mã bạn đã cất. Mỗi mã dùng được một lần.',
	password: 'Mật khẩu của bạn',
	passkeyLead: 'Bấm nút dưới đây rồi dùng vân tay, khuôn mặt hoặc mã mở khoá của máy.',
	check: 'Xác nhận',
	checking: 'Đang kiểm tra…',
	showing: 'Đang chờ khoá truy cập…',
	others: 'Cách khác',
	by: {
		totp: 'Dùng mã từ ứng dụng',
		passkey: 'Dùng khoá truy cập',
		recovery_code: 'Dùng mã khôi phục',
		password: 'Dùng mật khẩu'
	},
	none: 'Không có cách xác thực nào dùng được ở đây',
	noneDetail:
		'Tài khoản chỉ có khoá truy cập, mà trình duyệt hoặc địa chỉ này không dùng được. Hãy mở Khuê bằng địa chỉ https:// trên máy có khoá, hoặc nhờ người quản trị của đơn vị gỡ xác thực hai bước.',

	passkeyKnown: 'Máy này đã có khoá truy cập',
	passkeyKnownDetail: 'Khoá truy cập của tài khoản này đã có trên máy. Không cần thêm nữa.',
	passkeyImpossible: 'Không dùng được khoá truy cập ở đây',
	passkeyImpossibleDetail:
		'Trình duyệt hoặc địa chỉ của trang không cho dùng khoá truy cập. Hãy chọn cách khác.',
	passkeyLeft: 'Chưa nhận được khoá truy cập',
	passkeyLeftDetail:
		'Bạn đã huỷ, hoặc máy chờ quá lâu, hoặc máy này không có khoá. Hãy thử lại hay chọn cách khác.'
};
