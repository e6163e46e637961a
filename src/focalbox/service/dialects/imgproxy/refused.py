"""The processing options of imgproxy without an equivalent here, grouped by the reason."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REASONS", "REFUSED"]

REASONS: Mapping[str, str] = {
    "settings of imgproxy's own writers": """
        aq autoquality avif_options avifo jpeg_options jpgo png_options pngo ra resizing_algorithm unsharp_masking ush
        webp_options webpo""",
    "another picture or a text is put in": """
        fallback_image_url fiu watermark_rotate watermark_shadow watermark_size watermark_text watermark_url wm_rot wmr wms
        wmsh wmt wmu""",
    "things are told by their kind": """
        bd blur_areas blur_detections crop_objects dd draw_detections obj_pos objects_position op""",
    "colours are drawn over the picture": """
        background_alpha bga col colorize dt duotone gr gradient mc monochrome st style""",
    "limits are set by whoever runs the service": """
        maf mafr max_animation_frame_resolution max_animation_frames max_result_dimension max_src_file_size
        max_src_resolution mrd msfs msr""",
    "sources are never passed on as they are": "hashsum hs skip_processing skp",
    "pages and videos are not read": """
        pages pgs video_thumbnail_animation video_thumbnail_keyframes video_thumbnail_second video_thumbnail_tile vta vtk
        vts vtt""",
    "every answer is in sRGB and says nothing of its resolution": "color_profile cp dpi icc",
    "the part to crop is told by both its sides": "car crop_ar crop_aspect_ratio",
}
"""All other options of its documentation (Processing an image)."""

REFUSED: Mapping[str, str] = {name: reason for reason, names in REASONS.items() for name in names.split()}
"""The reason for each name: an unsigned address that begins with one is one of imgproxy's too."""
