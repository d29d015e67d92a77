from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracker", "0003_first_rules")]

    operations = [
        migrations.AddField(
            model_name='historicalquote',
            name='translation',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='historicalquote',
            name='translation_ru',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='historicalquote',
            name='translation_en',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='historicalquote',
            name='translation_de',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='quote',
            name='translation',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='quote',
            name='translation_ru',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='quote',
            name='translation_en',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
        migrations.AddField(
            model_name='quote',
            name='translation_de',
            field=models.TextField(blank=True, help_text='Of the exact words, into the languages that are not the source’s. Shown beside them as ours.', null=True, verbose_name='our translation'),
        ),
    ]
