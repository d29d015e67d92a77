"""A sender marks each mail twice: lighter indexes, and on PostgreSQL a packing that takes less time."""

from django.db import migrations, models

LONG_COLUMNS = ("text", "html")


def pack(schema_editor, how):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        if cursor.fetchone() != (True,):
            return  # before PostgreSQL 14, or built without it
    for column in LONG_COLUMNS:
        schema_editor.execute(f"ALTER TABLE tracker_mail ALTER COLUMN {column} SET COMPRESSION {how}")


def pack_quickly(apps, schema_editor):
    pack(schema_editor, "lz4")


def pack_as_before(apps, schema_editor):
    pack(schema_editor, "DEFAULT")


class Migration(migrations.Migration):
    dependencies = [("tracker", "0007_list_indexes")]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="key",
            field=models.CharField(max_length=400, verbose_name="key"),
        ),
        migrations.AlterField(
            model_name="mail",
            name="message_id",
            field=models.CharField(max_length=200, verbose_name="Message-ID"),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(
                fields=["key"],
                name="mail_is_decided_once",
                violation_error_message="This mail has been decided already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.UniqueConstraint(
                fields=["message_id"],
                name="mail_has_a_message_id_of_its_own",
                violation_error_message="Another mail has this Message-ID.",
            ),
        ),
        migrations.RunPython(pack_quickly, pack_as_before),
    ]
