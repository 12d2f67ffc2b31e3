//! Pupils: who is or was enrolled at a school, in which class, and how they came and left.

pub mod admit;
pub mod come_back;
pub mod correct;
pub mod elsewhere;
pub mod leave;
pub mod list;
pub mod missing;
pub mod move_class;
pub mod person;
pub mod show;
pub mod status;
pub mod stay;
pub mod store;
pub mod transfer_in;

use base::{Code, Error, Kind};

/// The pupil is not known at this school, or is out of reach.
pub const PUPIL_NOT_FOUND: Code = Code::new(Kind::NotFound, "pupil.not_found", "Không tìm thấy học sinh");

pub(crate) fn not_found() -> Error {
    PUPIL_NOT_FOUND.error(
        "Không tìm thấy học sinh này ở trường, hoặc học sinh ngoài phạm vi của bạn. Hãy tìm lại trong danh sách học sinh.",
    )
}

/// Does something with a pupil, and answers with the pupil's new version.
async fn done(
    app: &http::App,
    ctx: &base::Ctx,
    pupil: base::EnrolmentId,
    act: impl Fn(&mut db::Tx<'_>) -> base::Result<i64> + Send + 'static,
) -> http::Answer<http::Tagged<crate::people::Done>> {
    let version = app.db().write(ctx, act).await?;
    Ok(http::Tagged::new(version, crate::people::Done::new(pupil, version)))
}
