export default {
	open: 'Hỗ trợ',
	openLabel: (person: string) => `Hỗ trợ tài khoản của ${person}`,
	title: (person: string) => `Tài khoản của ${person}`,
	suspended: 'Đang tạm khoá',

	sessions: 'Đang đăng nhập ở',
	sessionsLead: 'Mất máy: kết thúc phiên trên máy đó. Lần xem này được ghi lại.',
	sessionsNone: 'Không đăng nhập ở máy nào.',
	endAll: 'Kết thúc tất cả',
	endAllTitle: (person: string) => `Kết thúc mọi phiên của ${person}?`,
	endAllDetail:
		'Mọi máy phải đăng nhập lại bằng mật khẩu đang dùng. Việc đang làm dở mà chưa lưu có thể mất.',
	endedAll: (n: string) => `Đã kết thúc ${n} phiên.`,

	password: 'Quên mật khẩu',
	passwordLead: 'Cấp một mật khẩu dùng một lần; người đó phải đặt mật khẩu mới khi vào.',
	renew: 'Cấp lại mật khẩu',
	renewTitle: (person: string) => `Cấp lại mật khẩu cho ${person}?`,
	renewDetail:
		'Mật khẩu đang dùng mất hiệu lực ngay và mọi máy bị đăng xuất. Chỉ đưa mật khẩu mới cho chính người đó.',
	renewed: 'Mật khẩu dùng một lần',
	once: 'Mật khẩu chỉ hiện lần này. Chép hoặc in trước khi đóng.',
	copy: 'Chép mật khẩu',
	slipTitle: 'Phiếu đăng nhập lại Khuê',
	slipLogin: (login: string) => `Tên đăng nhập: ${login}`,
	slipStep1: (link: string) => `Mở ${link} trên điện thoại hoặc máy tính.`,
	slipStep2: 'Đăng nhập bằng tên và mật khẩu trên phiếu này.',
	slipStep3: 'Tự đặt mật khẩu mới ngay sau đó. Không cho ai biết mật khẩu.',

	suspension: 'Tạm khoá',
	suspendLead: 'Người đó bị đăng xuất và không vào được cho đến khi mở lại. Vai trò giữ nguyên.',
	suspend: 'Tạm khoá tài khoản',
	suspendUndo: 'Mở lại được bất cứ lúc nào; mật khẩu vẫn như cũ.',
	suspendSays: (person: string) => `${person} bị đăng xuất ở mọi máy ngay và không đăng nhập được nữa.`,
	reason: 'Lí do',
	reasonHint: 'Giữ trong nhật ký, ví dụ: Nghỉ việc từ 01/09/2026',
	wasSuspended: 'Đã tạm khoá tài khoản.',
	restoreLead: 'Tài khoản đang tạm khoá. Mở lại thì người đó đăng nhập bằng mật khẩu cũ.',
	restore: 'Mở lại tài khoản',
	restoreTitle: (person: string) => `Mở lại tài khoản của ${person}?`,
	restoreDetail: 'Người đó đăng nhập lại được ngay, với mật khẩu và vai trò như trước.',
	restored: 'Đã mở lại tài khoản.'
};
