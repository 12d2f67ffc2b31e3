const kinds: Record<string, string> = {
	ministry: 'Bộ',
	province: 'Tỉnh, thành phố',
	department: 'Sở',
	commune: 'Xã, phường',
	school: 'Trường',
	campus: 'Điểm trường',
	office: 'Phòng ban'
};
const edges: Record<string, string> = {
	place: 'Địa bàn',
	staff: 'Nhân sự',
	budget: 'Ngân sách',
	teaching: 'Chuyên môn',
	custody: 'Lưu giữ hồ sơ'
};

export default {
	kinds,
	edges,
	cancel: 'Huỷ',
	close: 'Đóng',
	save: 'Lưu',
	again: 'Thử lại',
	loading: 'Đang tải…',
	working: 'Đang thực hiện…',
	optional: 'không bắt buộc',
	required: (label: string) => `Hãy nhập: ${label.toLocaleLowerCase('vi')}.`,
	dateWrong: 'Ngày chưa đúng. Hãy gõ dạng dd/mm/yyyy, ví dụ 05/09/2026.',
	dateHint: 'dd/mm/yyyy',
	pickDate: 'Chọn ngày trên lịch',
	showPassword: 'Hiện',
	hidePassword: 'Ẩn',
	showPasswordLabel: 'Hiện mật khẩu',
	summary: (n: number) => (n === 1 ? 'Có 1 chỗ cần sửa' : `Có ${n} chỗ cần sửa`),
	notDone: 'Chưa thực hiện được',
	requestId: 'Mã yêu cầu',
	copy: 'Chép',
	copied: 'Đã chép',
	more: 'Hiện thêm',
	today: 'Hôm nay',
	now: 'nay',
	from: 'từ',
	to: 'đến',
	since: (date: string) => `từ ${date}`,
	range: (from: string, to: string) => `${from} – ${to}`,
	nothingFound: 'Không có kết quả',
	searching: 'Đang tìm…',
	typeToSearch: 'Gõ để tìm, không cần dấu',
	clear: 'Bỏ chọn',
	offline: 'Mất mạng',
	offlineDetail: 'Máy này đang không có mạng. Những gì bạn đã nhập vẫn còn; hãy thử lại khi có mạng.',
	unreachable: 'Không gọi được máy chủ',
	unreachableDetail:
		'Máy có mạng nhưng máy chủ Khuê không trả lời. Những gì bạn đã nhập vẫn còn; hãy thử lại sau ít phút.',
	online: 'Trực tuyến',
	unexpected: 'Máy chủ trả lời không đúng dạng',
	unexpectedDetail: (status: number) =>
		`Máy chủ trả lời mã ${status} mà không nói lí do. Hãy thử lại; nếu vẫn vậy, báo người quản trị.`,
	waitFor: (seconds: number) =>
		seconds < 60
			? `Hãy chờ ${seconds} giây rồi thử lại.`
			: `Hãy chờ ${Math.ceil(seconds / 60)} phút rồi thử lại.`,
	light: 'Sáng',
	dark: 'Tối',
	system: 'Theo máy',
	theme: 'Giao diện',
	language: 'Ngôn ngữ',
	vietnamese: 'Tiếng Việt',
	english: 'English',
	cannotUndo: 'Không hoàn tác được',
	canUndo: 'Hoàn tác được',
	previousMonth: 'Tháng trước',
	nextMonth: 'Tháng sau',
	breadcrumb: 'Vị trí',
	skip: 'Đến nội dung chính'
};
