"""focalbox for Django: put ``"focalbox.integrations.django"`` into ``INSTALLED_APPS``.

`fields.AnalysisField` keeps what was found beside an ImageField, ``{% load focalbox %}`` gives `<img>` and `<picture>`,
`crops.crop_url` makes a crop through the storage,
``manage.py focalbox_analyze`` looks at the pictures that are already there.
"""
