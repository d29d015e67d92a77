"""Sheets that staff upload, and what each of their rows would do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracker', '0008_quick_outbox'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_name', models.CharField(max_length=200, verbose_name='file')),
                ('content', models.BinaryField()),
                ('language', models.CharField(choices=[('ru', 'Русский'), ('en', 'English'), ('de', 'Deutsch')], max_length=2, verbose_name='language')),
                ('uploaded_at', models.DateTimeField(verbose_name='uploaded at')),
                ('state', models.CharField(choices=[('reading', 'being read'), ('previewed', 'waits for your decision'), ('applying', 'being applied'), ('done', 'applied'), ('refused', 'file refused'), ('cancelled', 'import cancelled')], default='reading', max_length=10, verbose_name='state')),
                ('error', models.TextField(blank=True, verbose_name='what is wrong')),
                ('not_read', models.JSONField(default=list)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('rows_total', models.PositiveIntegerField(default=0)),
                ('beat_at', models.DateTimeField(null=True)),
                ('is_cancel_asked', models.BooleanField(default=False)),
                ('applied_at', models.DateTimeField(null=True, verbose_name='applied at')),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by')),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-pk'],
                'default_permissions': ('add',),
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('new', 'new'), ('changed', 'changed'), ('same', 'same'), ('duplicate', 'likely duplicate'), ('refused', 'refused')], max_length=10)),
                ('slug', models.CharField(blank=True, max_length=120)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('changes', models.JSONField(default=list)),
                ('problems', models.JSONField(default=list)),
                ('like', models.JSONField(default=dict)),
                ('is_wanted', models.BooleanField(default=False)),
                ('is_stale', models.BooleanField(default=False)),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='tracker.import')),
            ],
            options={
                'ordering': ['number'],
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('upload', 'number'), name='import_has_a_row_once', violation_error_message='This row of the sheet is there already.')],
            },
        ),
    ]
